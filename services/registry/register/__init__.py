"""The wing of who and where: territories, offices, schools, agencies, people and their roles."""
