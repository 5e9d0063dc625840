"""Version 3 of the Identity API, as python-keystoneclient has it."""
