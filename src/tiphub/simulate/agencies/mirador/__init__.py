"""Mirador, a national observatory: a survey tool's export in Windows-1252.

The questions bear the names of the HTCDS 2.0 survey form; the answers are labels in Spanish, and in
Portuguese from the desk at the border; numbers have a decimal comma.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa

from tiphub.simulate.contributor import Contributor, rows_of, several
from tiphub.simulate.dirt import UNDECODABLE, Cell, Dirt, Row
from tiphub.simulate.files import write_delimited
from tiphub.standard import load_standard

HEADER = (
    "_id",
    "start",
    "end",
    "con_Consent",
    "prs_First_Name",
    "prs_Second_Name",
    "prs_Birthdate",
    "edad",
    "prs_Gender",
    "prs_Citizenship",
    "nivel_educativo",
    "vic_MethodOfRecruitment",
    "vic_TraffickingStatus",
    "vic_Methods_of_Control",
    "vic_TypeOfExploitation",
    "vic_ForcedLabourIndustry",
    "vic_TypeOfSexExploitation",
    "vic_LocationOfExploitation",
    "duracion",
    "cas_IncomingReferralDate",
    "ponderacion",
)
# Each answer in Spanish and in Portuguese.
_GENDER = {
    "woman": ("Mujer", "Mulher"),
    "man": ("Hombre", "Homem"),
    "trans_nonconforming": ("Trans o no conforme", "Trans"),
}
_EDUCATION = {
    "none": ("Sin estudios", "Sem escolaridade"),
    "primary": ("Primaria", "Ensino fundamental"),
    "secondary": ("Secundaria", "Ensino médio"),
    "vocational": ("Formación profesional", "Ensino técnico"),
    "tertiary": ("Universitaria", "Ensino superior"),
}
_DURATION = {
    "0_12_months": ("Hasta un año", "Até um ano"),
    "13_24_months": ("De uno a dos años", "De um a dois anos"),
    "25_plus_months": ("Más de dos años", "Mais de dois anos"),
}
_RECRUITER = {
    "family": ("Familiar", "Familiar"),
    "friend": ("Amigo o conocido", "Amigo ou conhecido"),
    "intimate_partner": ("Pareja", "Parceiro íntimo"),
    "other": ("Otra persona", "Outra pessoa"),
}
_CONTROL = {
    "debt_bondage": ("Servidumbre por deudas", "Servidão por dívida"),
    "takes_earnings": ("Retención de ganancias", "Retenção de ganhos"),
    "threats": ("Amenazas", "Ameaças"),
    "threat_of_law_enforcement": ("Amenaza de denuncia", "Ameaça de denúncia"),
    "uses_children": ("Amenazas a hijos", "Ameaças aos filhos"),
    "psychological_abuse": ("Abuso psicológico", "Abuso psicológico"),
    "physical_abuse": ("Abuso físico", "Abuso físico"),
    "sexual_abuse": ("Abuso sexual", "Abuso sexual"),
    "false_promises": ("Falsas promesas", "Falsas promessas"),
    "psychoactive_substances": ("Sustancias psicoactivas", "Substâncias psicoativas"),
    "restricts_movement": ("Restricción de movimiento", "Restrição de movimento"),
    "restricts_medical_care": ("Sin atención médica", "Sem atendimento médico"),
    "restricts_financial_access": ("Sin acceso a dinero", "Sem acesso a dinheiro"),
    "excessive_working_hours": ("Jornadas excesivas", "Jornadas excessivas"),
    "withholds_necessities": ("Privación de comida o descanso", "Privação de comida ou descanso"),
    "withholds_documents": ("Retención de documentos", "Retenção de documentos"),
    "other": ("Otro", "Outro"),
}
_TYPES = {
    "forced_labour": ("Trabajo forzoso", "Trabalho forçado"),
    "sexual_exploitation": ("Explotación sexual", "Exploração sexual"),
    "child_labour": ("Trabajo infantil", "Trabalho infantil"),
    "forced_marriage": ("Matrimonio forzado", "Casamento forçado"),
    "servitude": ("Servidumbre", "Servidão"),
    "forced_begging": ("Mendicidad forzada", "Mendicância forçada"),
    "forced_criminality": ("Criminalidad forzada", "Criminalidade forçada"),
    "organ_removal": ("Extracción de órganos", "Remoção de órgãos"),
    "surrogacy": ("Gestación subrogada", "Gestação de substituição"),
    "other": ("Otro", "Outro"),
}
_INDUSTRY = {
    "agriculture": ("Agricultura", "Agricultura"),
    "aquafarming": ("Pesca y acuicultura", "Pesca e aquicultura"),
    "begging": ("Mendicidad", "Mendicância"),
    "construction": ("Construcción", "Construção"),
    "domestic_work": ("Trabajo doméstico", "Trabalho doméstico"),
    "hospitality": ("Hostelería", "Hotelaria"),
    "illicit_activities": ("Actividades ilícitas", "Atividades ilícitas"),
    "manufacturing": ("Industria textil y otra", "Indústria têxtil e outra"),
    "mining": ("Minería", "Mineração"),
    "peddling": ("Venta ambulante", "Venda ambulante"),
    "transportation": ("Transporte", "Transporte"),
    "other": ("Otro", "Outro"),
}
_SEX = {
    "prostitution": ("Prostitución", "Prostituição"),
    "pornography": ("Pornografía", "Pornografia"),
    "remote_interactive_services": ("Servicios en línea", "Serviços online"),
    "private_sexual_services": ("Servicios sexuales privados", "Serviços sexuais privados"),
}
_PORTUGUESE = 6
"""One in so many records comes from the desk at the border."""


def cells(table: pa.Table) -> list[tuple[Cell, ...]]:
    """The rows of Mirador's export."""
    people = table["person"].to_pylist()
    days, births = table["registration_date"].to_pylist(), table["birth_date"].to_pylist()
    columns: dict[str, list[Cell]] = {
        "_id": table["record_id"].to_pylist(),
        "start": [f"{day}T09:{person % 60:02d}:00" for day, person in zip(days, people, strict=True)],
        "end": [f"{day}T10:{person % 60:02d}:00" for day, person in zip(days, people, strict=True)],
        "con_Consent": ["Sí"] * table.num_rows,
        "prs_First_Name": table["given_name"].to_pylist(),
        "prs_Second_Name": table["family_name"].to_pylist(),
        "prs_Birthdate": [day and f"{day:%d/%m/%Y}" for day in births],
        "edad": [None if age is None else f"{age},0" for age in table["age"].to_pylist()],
        "prs_Gender": _one(table, "gender", _GENDER, "Sin datos"),
        "prs_Citizenship": _country(table, "citizenship"),
        "nivel_educativo": _one(table, "education", _EDUCATION, "Sin datos"),
        "vic_MethodOfRecruitment": _many(table, "recruiter_relation", _RECRUITER),
        "vic_TraffickingStatus": ["Víctima de trata"] * table.num_rows,
        "vic_Methods_of_Control": _many(table, "means_of_control", _CONTROL),
        "vic_TypeOfExploitation": _many(table, "exploitation_type", _TYPES),
        "vic_ForcedLabourIndustry": _many(table, "labour_sector", _INDUSTRY),
        "vic_TypeOfSexExploitation": _many(table, "sexual_exploitation_form", _SEX),
        "vic_LocationOfExploitation": _country(table, "country_of_exploitation"),
        "duracion": _one(table, "trafficking_duration", _DURATION, "Sin datos"),
        "cas_IncomingReferralDate": [f"{day:%d/%m/%Y}" for day in days],
        "ponderacion": [f"{1 + person % 50 / 100:.2f}".replace(".", ",") for person in people],
    }
    return rows_of(columns, HEADER, table.num_rows)


def _language(table: pa.Table) -> list[int]:
    return [int(person % _PORTUGUESE == 0) for person in table["person"].to_pylist()]


def _one(table: pa.Table, column: str, said: Mapping[str, tuple[str, str]], unknown: str) -> list[Cell]:
    answers = zip(table[column].to_pylist(), _language(table), strict=True)
    return [unknown if code is None else said[code][language] for code, language in answers]


def _many(table: pa.Table, group: str, said: Mapping[str, tuple[str, str]]) -> list[Cell]:
    spoken = [
        several(table, group, {option: texts[language] for option, texts in said.items()})
        for language in (0, 1)
    ]
    named = [spoken[language][row] for row, language in enumerate(_language(table))]
    return [", ".join(answers) if answers else None for answers in named]


def _country(table: pa.Table, column: str) -> list[Cell]:
    names = {
        code.code: code.label.get("es", code.code) for code in load_standard().code_lists["country"].codes
    }
    return ["Sin datos" if code is None else names[code] for code in table[column].to_pylist()]


def _write(path: Path, rows: Iterable[Row]) -> None:
    write_delimited(path, HEADER, rows, delimiter=";", encoding="windows-1252", bad_byte=b"\x81")


MIRADOR = Contributor(
    name="mirador",
    suffix=".csv",
    header=HEADER,
    case_number=lambda number: f"{700_000 + number}",
    first_row=2,
    dirt=(
        Dirt("unknown_code", "prs_Gender", "Mujeres", rows=3),
        Dirt("unknown_code", "vic_TypeOfExploitation", "Explotación laboral grave", rows=3),
        Dirt("unknown_country", "prs_Citizenship", "Macondo", rows=3),
        Dirt("impossible_date", "cas_IncomingReferralDate", "31/04/2021", rows=3),
        Dirt("year_out_of_range", "cas_IncomingReferralDate", "12/10/1492", rows=2),
        Dirt("impossible_age", "edad", "340,0", rows=2),
        Dirt("too_many_cells", "", rows=2),
        Dirt("undecodable_bytes", "prs_Second_Name", f"Nu{UNDECODABLE}ez", rows=2),
        Dirt("missing_id", "_id", rows=2),
        Dirt("duplicate_id", "_id", rows=3),
        Dirt("conflicting_duplicate", "vic_LocationOfExploitation", "Islandia", rows=2),
        Dirt("empty_row", "", rows=2),
    ),
    cells=cells,
    write=_write,
)
