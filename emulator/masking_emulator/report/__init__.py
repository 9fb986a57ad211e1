"""Reports: what a run leaves behind, for whoever looks afterwards. One model, and one renderer for each form.

A report is made of the control API's answers, so it is of any server that runs: `collect` asks and makes the model,
`sizes` sees that it does not grow without end, `page`, `har` and `markdown` render it, `files` writes it.
"""
