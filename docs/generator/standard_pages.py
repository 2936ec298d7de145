"""The standard's reference pages, from its data files: one page a language, and the countries."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from tiphub.mapping import Layout, layout_names, load_layout, standard_of
from tiphub.standard import LANGUAGES, Code, CodeList, Field, Group, Standard, flag_name, load_standard

STANDARD = load_standard()
PAIRS = load_standard("pair")
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORDS = yaml.safe_load((HERE / "words.yml").read_text("utf-8"))


def pages() -> dict[str, str]:
    """The pages by their path below ``docs/``."""
    layouts = {name: load_layout(name, standard_of(name)) for name in sorted(layout_names())}
    return {_file(language): _reference(language, layouts) for language in LANGUAGES} | {
        "standard/countries.md": _countries()
    }


def _file(language: str) -> str:
    return "standard/reference.md" if language == "en" else f"standard/reference.{language}.md"


def _reference(language: str, layouts: Mapping[str, Layout]) -> str:
    words = WORDS[language]
    others = " · ".join(
        f"[{WORDS[other]['name']}]({_file(other).removeprefix('standard/')})"
        for other in LANGUAGES
        if other != language
    )
    sections = [
        f"# {words['title']} {STANDARD.version}",
        "<!-- Written by docs/generate.py from the standard's data files: edit those, then `make docs`. -->",
        others,
        (HERE / f"introduction.{language}.md").read_text("utf-8"),
        f"## {words['fields']}",
        *(_field(field, language) for field in STANDARD.fields.values()),
        f"## {words['groups']}",
        *(_group(group, language) for group in STANDARD.groups.values()),
        f"## {words['pairs']}",
        words["of pairs"],
        *(_field(field, language) for name, field in PAIRS.fields.items() if name not in STANDARD.fields),
        *(_group(group, language) for name, group in PAIRS.groups.items() if name not in STANDARD.groups),
        f"## {words['code lists']}",
        *(_code_list(codes, language) for codes in STANDARD.code_lists.values()),
        f"## {words['layouts']}",
        *(f"### `{name}`\n\n{layout.title}." for name, layout in layouts.items()),
        words["coverage"],
        "\n".join(_coverage(STANDARD, layouts, words)),
        words["coverage of pairs"],
        "\n".join(_coverage(PAIRS, layouts, words)),
    ]
    if language == "ar":
        sections = ['<div dir="rtl">', *sections, "</div>"]
    return "\n\n".join(section.strip() for section in sections) + "\n"


def _field(field: Field, language: str) -> str:
    words = WORDS[language]
    facts = {
        words["kind"]: f"[`{field.codes}`](#{field.codes}-codes)" if field.codes else words[field.kind],
        words["range"]: _range(field, words),
        words["derived"]: _derived(field, words),
        words["published"]: words["yes"] if field.published else words["never"],
        **_shared_facts(field, words),
    }
    return _question(field, language, facts)


def _group(group: Group, language: str) -> str:
    words = WORDS[language]
    facts = {
        words["options"]: f"[`{group.codes}`](#{group.codes}-codes)",
        words["columns"]: f"`{flag_name(group.name, '…')}`",
        words["requires"]: f"`{group.requires}`" if group.requires else "",
        **_shared_facts(group, words),
    }
    return _question(group, language, facts)


def _shared_facts(question: Field | Group, words: Mapping[str, str]) -> dict[str, str]:
    return {
        words["unit"]: words[question.unit],
        words["disclosure"]: words[question.disclosure],
        words["source"]: _source(question.source),
        words["since"]: question.since,
    }


def _question(question: Field | Group, language: str, facts: Mapping[str, str]) -> str:
    said = f"**{question.label[language]}.** {question.definition[language]}"
    known = " · ".join(f"{name}: {value}" for name, value in facts.items() if value)
    return f"### `{question.name}`\n\n{said}\n\n{known}"


def _range(field: Field, words: Mapping[str, str]) -> str:
    if field.minimum is None and field.maximum is None:
        return ""
    return f"{field.minimum} – {words['this_year'] if field.maximum == 'this_year' else field.maximum}"


def _derived(field: Field, words: Mapping[str, str]) -> str:
    if field.derive is None:
        return ""
    return f"{', '.join(f'`{name}`' for name in field.derive.source)} ({words[field.derive.by]})"


def _source(source: Mapping[str, str] | None) -> str:
    return "; ".join(f"{standard}: {theirs}" for standard, theirs in (source or {}).items())


def _code_list(codes: CodeList, language: str) -> str:
    words = WORDS[language]
    heading = f'<a id="{codes.name}-codes"></a>\n\n### `{codes.name}` ({words["codes"]})'
    if codes.name == "country":
        return f"{heading}\n\n[{words['countries']}](countries.md)"
    head = [words["code"], words["label"], words["definition"], words["notes"], words["source"]]
    rows = [
        [
            f"`{code.code}`",
            code.label[language],
            code.definition[language],
            _notes(code, words),
            _source(code.source),
        ]
        for code in codes.codes
    ]
    return f"{heading}\n\n{_table(head, rows)}"


def _notes(code: Code, words: Mapping[str, str]) -> str:
    notes = [
        f"{words['broader']}: `{code.broader}`" if code.broader else "",
        f"{words['merged']}: {', '.join(f'`{part}`' for part in code.merged_from)}"
        if code.merged_from
        else "",
        words["marker"] if code.marker else "",
        words["not published"] if not code.published and not code.marker else "",
        f"ISIC: {code.extra['isic']}" if code.extra and "isic" in code.extra else "",
    ]
    return "; ".join(note for note in notes if note)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def carried(layout: Layout) -> dict[str, str]:
    """The standard's columns that a layout's files can hold, and the file's column for each."""
    found = {name: entry.columns[0] for name, entry in layout.mapping.fields.items() if entry.columns}
    for group, entry in layout.mapping.groups.items():
        cell = {option for options in entry.values.values() for option in options} if entry.columns else set()
        found |= {flag_name(group, option): entry.columns[0] for option in cell}
        for column, options in entry.together.items():
            found |= {flag_name(group, option): column for option in options}
        found |= {flag_name(group, option): columns[0] for option, columns in entry.flags.items()}
    return found


def _coverage(standard: Standard, layouts: Mapping[str, Layout], words: Mapping[str, str]) -> Iterator[str]:
    """Of victims every column, so that gaps show; of pairs those that a file holds."""
    holds = {name: carried(layout) for name, layout in layouts.items() if layout.record == standard.record}
    yield "| " + " | ".join([words["column"], *(f"`{name}`" for name in holds)]) + " |"
    yield "| --- |" + " --- |" * len(holds)
    for column in standard.columns:
        cells = [held.get(column, "") for held in holds.values()]
        if any(cells) or standard.record == "victim":
            yield "| " + " | ".join([f"`{column}`", *cells]) + " |"


def _countries() -> str:
    codes = STANDARD.code_lists["country"].codes
    origin = yaml.safe_load((ROOT / "src/tiphub/standard/codes/country.origin.yml").read_text("utf-8"))
    ours = yaml.safe_load((ROOT / "tools/country_names.yml").read_text("utf-8"))
    made_of = ", ".join(f"{name} {version}" for name, version in origin["from"].items() if "/" not in name)
    ambiguous = [
        [f"{name}, {', '.join(entry['also'])}", entry["why"]] for name, entry in ours["ambiguous"].items()
    ]
    countries = [code for code in codes if (code.extra or {})["level"] == "country"]
    regions = [code for code in codes if (code.extra or {})["level"] != "country"]
    return (
        (HERE / "countries.md")
        .read_text("utf-8")
        .format(
            made_of=made_of,
            ambiguous=_table(["name", "why"], ambiguous),
            regions=_table(
                ["code", "label", "within", "French", "Spanish", "Arabic"],
                [
                    [f"`{it.code}`", it.label["en"], f"`{it.broader}`" if it.broader else "", *_other(it)]
                    for it in regions
                ],
            ),
            countries=_table(
                ["code", "alpha-2", "label", "region", "income level", "French", "Spanish", "Arabic"],
                [_country(it) for it in countries],
            ),
        )
    )


def _country(code: Code) -> list[str]:
    extra = code.extra or {}
    above = f"`{code.broader}`" if code.broader else ""
    return [
        f"`{code.code}`",
        extra["alpha2"],
        code.label["en"],
        above,
        extra.get("income_level", ""),
        *_other(code),
    ]


def _other(code: Code) -> list[str]:
    return [code.label[language] for language in LANGUAGES if language != "en"]
