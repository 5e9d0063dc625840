"""Extensions of the Identity API, as python-keystoneclient has them."""
