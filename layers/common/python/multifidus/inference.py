"""The segmenter: one ONNX Runtime session, loaded once and verified against its manifest."""

from __future__ import annotations

import os
from pathlib import Path

# Before the import: ONNX Runtime reads it when it is loaded. Set, not read, so settings.py stays
# the only reader of the environment.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from multifidus.errors import ModelUnavailable
from multifidus.manifest import SPEC_HASH_KEY, ModelManifest

FloatImage = npt.NDArray[np.float32]


class Segmenter:
    """Runs the model of a folder.

    Parameters
    ----------
    folder : Path
        Holds `manifest.json` and the ONNX file it names.
    threads : int
        Threads of one run. On Lambda the quota, not the number of processors it shows.

    Raises
    ------
    ModelUnavailable
        A file is missing, its hash differs, or the graph does not fit the manifest.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        self.folder = folder
        self.manifest = ModelManifest.load(folder)
        path = self.manifest.verified_model_path(folder)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(
                str(path), sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime raises its own, undocumented classes
            raise ModelUnavailable("The model file could not be loaded.") from error
        self._check_graph()

    def _check_graph(self) -> None:
        spec, manifest = self.manifest.preprocess, self.manifest
        inputs = {node.name: list(node.shape) for node in self._session.get_inputs()}
        outputs = {node.name: list(node.shape) for node in self._session.get_outputs()}
        size = [spec.height_px, spec.width_px]
        channels = len(manifest.output_channels)
        recorded = self._session.get_modelmeta().custom_metadata_map.get(SPEC_HASH_KEY)
        if (
            inputs.get(manifest.input_name) != [1, 1, *size]
            or outputs.get(manifest.output_name) != [1, channels, *size]
            or recorded != spec.sha256()
        ):
            raise ModelUnavailable("The model's graph does not fit its manifest.")

    def probabilities(self, tensor: FloatImage) -> FloatImage:
        """Probability of each side's multifidus.

        Parameters
        ----------
        tensor : ndarray of float32, shape (1, 1, H, W)
            From `multifidus.preprocess.preprocess`.

        Returns
        -------
        ndarray of float32, shape (2, H, W)
            In the manifest's order of channels, on the model's grid, each from 0 to 1.
        """
        (logits,) = self._session.run(
            [self.manifest.output_name], {self.manifest.input_name: tensor}
        )
        return probabilities_of(logits[0], self.manifest.temperature)


def probabilities_of(logits: FloatImage, temperature: float) -> FloatImage:
    """Sigmoid of the logits over the temperature; the one place where it is applied."""
    scaled = logits * np.float32(-1.0 / temperature)
    probabilities: FloatImage = 1.0 / (1.0 + np.exp(np.clip(scaled, -60.0, 60.0)))
    return probabilities
