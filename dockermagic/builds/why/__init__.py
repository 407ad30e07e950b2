"""Why a step ran again: fingerprints of what each step is made of, the memory of earlier builds, causes and predictions."""
