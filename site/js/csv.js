// All slices as one table: the columns of the service's own `format=csv`, which a test holds.

const COLUMNS = {
  request_id: ({ answer }) => answer.request_id,
  filename: ({ name }) => name,
  level: ({ answer }) => answer.level,
  side: ({ side }) => side,
  orientation: ({ answer }) => answer.orientation,
  area_px: ({ of }) => of.area_px,
  area_mm2: ({ of }) => of.area_mm2,
  functional_csa_mm2: ({ of }) => of.functional_csa_mm2,
  fat_infiltration_pct: ({ of }) => of.fat_infiltration_pct,
  fat_infiltration_ci95_low_pct: ({ of }) => of.fat_infiltration_ci95?.[0],
  fat_infiltration_ci95_high_pct: ({ of }) => of.fat_infiltration_ci95?.[1],
  fat_infiltration_gmm3_pct: ({ of }) => of.fat_infiltration_gmm3_pct,
  kjaer_grade: ({ of }) => of.grade?.value,
  kjaer_candidates: ({ of }) => of.grade?.candidates.join(" "),
  asymmetry_pct: ({ answer }) => answer.asymmetry_pct,
  mean_probability: ({ of }) => of.mean_probability,
  trusted: ({ answer }) => String(answer.quality.trusted),
  quality_flags: ({ answer }) => answer.quality.flags.join(" "),
  width_px: ({ answer }) => answer.width,
  height_px: ({ answer }) => answer.height,
  row_spacing_mm: ({ answer }) => answer.pixel_spacing_mm?.[0],
  column_spacing_mm: ({ answer }) => answer.pixel_spacing_mm?.[1],
  area_method: ({ answer }) => answer.methods.area,
  fat_infiltration_method: ({ answer }) => answer.methods.fat_infiltration,
  fat_infiltration_gmm3_method: ({ answer }) => answer.methods.fat_infiltration_gmm3,
  threshold: ({ answer }) => answer.threshold,
  model_name: ({ answer }) => answer.model?.name,
  model_version: ({ answer }) => answer.model?.version,
  model_sha256: ({ answer }) => answer.model?.sha256,
  // The page's own, after those of the service.
  outline: ({ corrected }) => (corrected ? "corrected" : "model"),
};

// Where a cell begins that a spreadsheet would run, as the service has it (csv_table.py).
const FORMULA = /(^|[,;|\t])(\s*)(?=[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-])/g;

/** Rows of {name, answer, corrected}, two for each; ended by CR LF (RFC 4180). */
export function toCsv(measured) {
  const names = Object.keys(COLUMNS);
  const rows = measured.flatMap(({ name, answer, corrected }) =>
    ["right", "left"].map((side) =>
      names.map((column) => cell(COLUMNS[column]({ name, answer, corrected, side, of: answer.sides[side] }))),
    ),
  );
  return [names.map(cell), ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

function cell(value) {
  if (typeof value === "number") return String(value);
  if (value === null || value === undefined) return '""';
  return `"${value.replace(FORMULA, "$1'$2").replaceAll('"', '""')}"`;
}
