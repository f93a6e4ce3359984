"""Bring your own data: a folder of slices with masks becomes training examples.

::

    layout       which kind of folder it is, who is a subject, which file belongs to which
    |-- nifti_pairs    volumes with label volumes
    |-- dicom_pairs    DICOM slices with DICOM SEG
    `-- png_pairs      pictures with mask pictures
    read_folder  the door: all slices of a folder, or everything that is wrong with it at once
    label_values what stands for right and left
    usable       which slices can be learnt from
    split        who trains and who validates
    mixture      own slices among rendered ones, behind the data engine
    validation   Dice by subject, through ONNX and the serving package
    run_folder   what a run remembers
    fine_tune    the run

Run: ``python -m training.segmentation.own_data FOLDER --run runs/mine``
"""
