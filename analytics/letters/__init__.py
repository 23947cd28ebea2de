"""Management letters: the results of a choice as a PDF, made by a job, kept for who asked, sent on a schedule."""
