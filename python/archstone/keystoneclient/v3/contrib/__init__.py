"""Extensions of the Identity API, with python-keystoneclient's names."""
