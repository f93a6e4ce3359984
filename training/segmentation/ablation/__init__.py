"""Short trainings with one choice left out, scored on subjects that they have not seen."""
