"""An accountant who has never seen our code: told what happened in the world, it keeps its own books and compares.

Nothing here imports the product (a test enforces it). What must be posted, and when, is written anew from BOOKS.md.
"""
