"""The codebook as JSON: what every column and code of the release means, in the standard's words."""

from collections.abc import Mapping
from typing import Any

from tiphub.standard import Code, Variable
from tiphub.standard.answered import answered_name
from tiphub.standard.own import OWN
from tiphub.vault.s6_publish.draft import Draft

DENOMINATOR_RULE = {
    "en": "The share of an option is taken among the records that have at least one option of the group;"
    " within these, an empty cell counts as no. Shares of one group can add up to more than 100%.",
    "fr": "La part d'une option se calcule parmi les dossiers qui ont au moins une option du groupe ;"
    " parmi ceux-ci, une cellule vide compte comme non. Leur somme peut dépasser 100 %.",
    "es": "La proporción de una opción se calcula entre los registros con al menos una opción del grupo;"
    " entre ellos, una celda vacía cuenta como no. La suma puede superar el 100 %.",
    "ar": "تُحسب نسبة كل خيار من بين السجلات التي حُدِّد فيها خيار واحد على الأقل من المجموعة؛"
    " وفي هذه السجلات تُعدّ الخلية الفارغة «لا». وقد يتجاوز مجموع نسب المجموعة الواحدة 100٪.",
}


def codebook(draft: Draft) -> dict[str, Any]:
    """Everything needed to read the records without this software."""
    standard = draft.standard
    columns = [standard.columns[name] for name in draft.columns]
    lists = sorted({column.codes for column in columns if column.codes})
    counted = set(draft.counts.column("fields").to_pylist())
    groups = [name for name in standard.groups if any(column.group == name for column in columns)]
    return {
        "title": draft.description.title,
        "version": draft.version,
        "standard": standard.version,
        "columns": [_column(draft, item) for item in draft.variables],
        "groups": [
            {
                "name": name,
                "label": dict(standard.groups[name].label),
                "definition": dict(standard.groups[name].definition),
                "requires": standard.groups[name].requires,
                "denominator": DENOMINATOR_RULE,
                "answered": answered_name(name) if answered_name(name) in counted else None,
                "columns": [column.name for column in columns if column.group == name],
            }
            for name in groups
        ],
        "own_country": OWN if OWN in counted else None,
        "models": [dict(model) for model in draft.models.declared] if draft.models else [],
        "code_lists": {name: [_code(code) for code in standard.code_lists[name].codes] for name in lists},
    }


def _column(draft: Draft, item: Variable) -> dict[str, Any]:
    column = draft.standard.columns[item.name]
    found: dict[str, Any] = {
        "name": column.name,
        "kind": column.kind,
        "label": dict(column.label),
        "definition": dict(column.definition),
        "group": column.group,
        "quasi_identifier": column.name in draft.quasi_identifiers,
    }
    if column.codes:
        found["codes"] = column.codes
    if column.kind == "integer":
        found |= {"minimum": int(item.values[0]), "maximum": int(item.values[-1])}
    if column.option and column.option.merged_from:
        found["merged_from"] = list(column.option.merged_from)
    return found


def _code(code: Code) -> dict[str, Any]:
    optional: Mapping[str, Any] = {
        "broader": code.broader,
        "minimum": code.minimum,
        "maximum": code.maximum,
        "extra": dict(code.extra) if code.extra else None,
    }
    return {
        "code": code.code,
        "label": dict(code.label),
        "definition": dict(code.definition),
    } | {key: value for key, value in optional.items() if value is not None}
