"""refquant side by side with its peers, in one process: speed, working memory, time of import."""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # before NumPy is loaded: everything here runs on one core
