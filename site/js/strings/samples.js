// The generated slices that can be tried.

export const SAMPLES = [
  { id: "healthy", label: "Lean", alt: "Generated axial slice, lean multifidus" },
  { id: "moderate", label: "Some fat", alt: "Generated axial slice, multifidus with some fat" },
  { id: "severe", label: "Much fat", alt: "Generated axial slice, multifidus with much fat" },
];
