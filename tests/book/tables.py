"""Reading the book's tables: a heading, a line, one row each; a cell is what stands between the bars."""


def rows(table: str) -> list[dict[str, str]]:
    """The rows of a table as mappings from heading to cell; raises ValueError for a row of another width."""
    lines = [line for line in table.strip("\n").splitlines() if line.strip() and set(line.strip()) - set("-+")]
    heading, *body = ([cell.strip() for cell in line.split("|")] for line in lines)
    return [dict(zip(heading, cells, strict=True)) for cells in body]
