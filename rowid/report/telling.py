"""Parts of a report in sentences, for every face that shows them."""

from collections.abc import Iterator

from rowid.report.nouns import QualityReport, Variants
from rowid.report.words import count, listed, probability, seconds


def evidence(report: QualityReport) -> str:
    """What the verdict rests on."""
    found = report.evidence
    rows = count(found.rows_read, "row")
    if not found.exact:
        return f"Not exact: it was stopped after {rows} and {seconds(found.elapsed_s)}."
    more = " It was stopped then: what is missing here was not looked at." if found.stopped else ""
    return f"Exact: all {rows} were read, in {seconds(found.elapsed_s)}.{more}"


def minimality(report: QualityReport) -> Iterator[str]:
    """What could go from the key, and what would complete it, in sentences."""
    choice = report.choice
    if choice is None:
        return
    if len(choice.droppable) == 1:
        yield f"{choice.droppable[0]} could go: the rest tells as many rows apart."
    elif choice.droppable:
        yield f"Any one of {listed(choice.droppable)} could go: the rest tells as many rows apart."
    elif len(report.columns) > 1:
        yield "No column can go: without any one of them, fewer rows are told apart."
    for smaller in choice.smaller:
        if len(smaller) < len(report.columns):
            yield f"A smaller key: {listed(smaller)}."
    if choice.completed_by:
        yield f"Would make it a key, any one of them: {listed(choice.completed_by)}."
    elif choice.best_addition:
        name, left = choice.best_addition
        yield f"Would help most: {name}, which leaves {count(left, 'surplus row')}."
    for one in choice.not_searched:
        yield f"Not looked at: {one}."


def variants(report: QualityReport) -> Iterator[str]:
    """What other spellings would do to the key, in sentences."""
    found = report.variants
    if found is None:
        return
    for one in found.found:
        if one.groups:
            how = f" {one.remark}" if one.remark else ""
            how += f" Switch: {one.switch}." if one.switch else ""
            yield f"{one.column}, {one.name}: {effect(one.effect, one.groups, one.keys)}{how}"
    idle = [f"{one.column} {one.name}" for one in found.found if not one.groups]
    if idle:
        yield f"Would change values and merge nothing: {', '.join(idle)}."
    yield from unvaried(found)


def unvaried(found: Variants) -> Iterator[str]:
    """Which spellings do nothing, and what was not counted, in sentences."""
    if not any(one.groups for one in found.found):
        yield "No other spelling of the values would merge or split rows."
    if found.without_effect:
        yield f"Without effect: {', '.join(found.without_effect)}."
    if found.note:
        yield found.note


def effect(kind: str, groups: int, keys: int) -> str:
    """What a variant does, in a sentence."""
    if not groups:
        return "changes the text of values, and merges nothing."
    if kind == "merge":
        return f"would merge {count(groups + keys, 'key')} into {groups:,}."
    return f"keeps together {count(groups + keys, 'spelling')} of {count(groups, 'key')}."


def collisions(report: QualityReport) -> Iterator[str]:
    """Whether different rows share a digest, how that was checked, and how likely it is."""
    found = report.collisions
    if found is None:
        return
    none = "None." if not found.collisions else f"{count(found.collisions, 'row')} of another content, one digest!"
    yield f"{none} {found.how}"
    yield f"Birthday bound for {found.form} ({found.bits} bits): {probability(found.bound)}."


def comparison(report: QualityReport) -> Iterator[str]:
    """What became of the IDs of an earlier run."""
    found = report.comparison
    if found is None:
        return
    yield f"{count(found.kept, 'ID')} kept, {found.new:,} new, {found.gone:,} gone."
    if found.note:
        yield found.note
