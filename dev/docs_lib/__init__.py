"""The parts of `dev/test_docs.py`."""
