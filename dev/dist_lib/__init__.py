"""The parts of `dev/dist`: one file for each kind of package, and shared code."""
