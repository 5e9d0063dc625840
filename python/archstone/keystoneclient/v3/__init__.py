"""Version 3 of the Identity API, with python-keystoneclient's names."""
