from __future__ import annotations

from tests.site.viewer.stage import Stage

FRAME_MS = 1000 / 60

# On a slice and a mask of 512 x 512, whose sides have outlines as long as a muscle's.
MEASURE = """
async () => {
  const { ViewerState } = await import("/js/viewer/state.js");
  const { Stage } = await import("/js/viewer/stage.js");
  const { prepared } = await import("/js/viewer/picture.js");
  const { VIEWER } = await import("/js/strings/viewer.js");
  const size = 512;
  const values = Int16Array.from({ length: size * size }, (_, i) => (i * 7919) % 1500);
  const data = new Uint8Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const wave = 4 * Math.sin(row) + 3 * Math.sin(column);
      if (Math.hypot(column - 200, row - 330) < 45 + wave) data[row * size + column] = 1;
      if (Math.hypot(column - 310, row - 330) < 45 + wave) data[row * size + column] = 2;
    }
  }
  const canvas = document.querySelector(".vw-canvas");
  const state = new ViewerState({ onChange() {}, onEdit() {} });
  const stage = new Stage(state, canvas, { strings: VIEWER, onFrame() {} });
  state.setPicture(prepared({
    width: size, height: size, values, window: { center: 700, width: 1400 },
    spacingMm: [0.5, 0.5], rightSide: "start", valueUnit: null,
  }));
  state.setMask({ width: size, height: size, data });
  // The least of many: what else the machine does would only lengthen it.
  const least = (act) => {
    const times = [];
    for (let turn = 0; turn < 60; turn++) {
      const start = performance.now();
      act(turn);
      times.push(performance.now() - start);
    }
    return Math.min(...times);
  };
  const window = least((turn) => {
    state.changeWindow(turn % 2 ? 0.02 : -0.02, 0);
    stage.draw();
  });
  state.set({ tool: "brush" });
  state.setBrush({ diameter: 30 });
  state.beginStroke({ column: 200, row: 330 });
  const stroke = least((turn) => {
    const at = (step) => ({ column: 200 + step, row: 280 + step / 3 });
    state.stroke(at(turn), at(turn + 1));
    stage.draw();
  });
  const zoom = least((turn) => {
    state.zoomBy(turn % 2 ? 1.05 : 1 / 1.05);
    stage.draw();
  });
  stage.destroy();
  return { window, stroke, zoom };
}
"""


def test_each_change_takes_little_of_a_frame(stage: Stage) -> None:
    taken = stage.page.evaluate(MEASURE)
    print({name: round(ms, 2) for name, ms in taken.items()}, "ms of script")
    # Half a frame: far above what it takes, far below what would be felt.
    assert all(ms < FRAME_MS / 2 for ms in taken.values()), taken
