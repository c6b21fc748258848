"""The pages of people: thin views, one file for each who or what they are about."""
