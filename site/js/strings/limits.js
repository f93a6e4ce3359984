// Limits of the service that the page names or checks before it sends.

export const LIMIT_MIB = 4;
export const LEVELS = ["L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"];
export const MIN_SPACING_MM = 0.05;
export const MAX_SPACING_MM = 10;
