"""Words in the names of columns, in English, German, Spanish and French: what a column may be about."""

import re

_SIGN_WORDS = {
    "mutable": """
        updated update modified modification changed lastchange status balance stock version lastseen lastlogin
        lastaccess lastvisit age current currently inventory onhand quantityonhand isactive active enabled deleted
        geaendert geändert aenderung änderung aktualisiert kontostand saldo bestand zustand alter aktiv
        actualizado actualizada modificado estado edad activo modifie modifié statut solde maj âge actif
        """,
    "measure": """
        amount amt price cost total subtotal sum revenue sales qty quantity delay duration elapsed airtime distance
        speed velocity weight height width depth temperature temp humid humidity pressure wind precip precipitation
        visib visibility dewp rate ratio pct percent percentage score lat latitude lon lng longitude alt altitude
        elevation tax discount fee salary income wage volume area population pop gdp profit margin avg average mean
        betrag preis kosten summe umsatz menge anzahl gewicht größe groesse höhe hoehe breite länge laenge dauer
        entfernung gehalt gewinn steuer rabatt importe precio coste costo cantidad peso altura duracion distancia
        salario ingreso ingresos montant prix coût cout quantité quantite poids hauteur durée duree salaire chiffre
        """,
    "surrogate": "id ids uid uuid guid pk sk key rowid nr no num number index idx seq sequence oid schlüssel",
    "load time": """
        loaded load loadtime loadts ingested ingestion ingest etl elt imported importiert extracted dwh batchid
        batchtime fivetran airbyte sdc synced geladen ladedatum ladezeit insertedat insertts cargado chargé charge
        """,
}
_PERSONAL = {
    "an e-mail address": "email mail emailaddress correo courriel",
    "a person's name": """
        firstname lastname fullname givenname familyname middlename maidenname surname forename username personname
        customername clientname patientname employeename contactname vorname nachname familienname apellido apellidos
        prenom prénom nomdefamille
        """,
    "a phone number": "phone phonenumber telephone tel mobile fax handy telefon telefonnummer telefono teléfono",
    "a date of birth": """
        birth birthdate birthday born dob dateofbirth geburt geburtsdatum geburtstag nacimiento fechanacimiento
        naissance datenaissance
        """,
    "a number of a person or an account": """
        ssn socialsecurity nino nhs passport passportnumber reisepass pasaporte passeport nationalid taxid steuerid
        steuernummer personalausweis sozialversicherungsnummer dni nie curp cpf insee nir ahv bsn iban creditcard
        cardnumber kreditkarte driverlicense driverslicense
        """,
    "an address": "address street streetaddress strasse straße adresse anschrift direccion dirección ipaddress",
}
_NAME = {"name", "nombre", "nom"}
_CUT = re.compile(r"(?<=[a-zß-öø-ÿ0-9])(?=[A-ZÀ-ÖØ-Þ])|[\W_]+")

SIGN_WORDS = {kind: frozenset(words.split()) for kind, words in _SIGN_WORDS.items()}
PERSONAL = {what: frozenset(words.split()) for what, words in _PERSONAL.items()}


def words(name: str) -> tuple[str, ...]:
    """The words of a column's name, lower case: those between signs and capitals, and each two and three together."""
    parts = [part.lower() for part in _CUT.split(name) if part]
    pairs = ["".join(parts[at : at + 2]) for at in range(len(parts) - 1)]
    return (*parts, *pairs, *("".join(parts[at : at + 3]) for at in range(len(parts) - 2)))


def named(name: str, kind: str) -> bool:
    """Whether the name has a word that speaks for a sign."""
    return not SIGN_WORDS[kind].isdisjoint(words(name))


def personal(name: str) -> str:
    """What the name says a column holds of a person, in words; empty where it says nothing."""
    there = set(words(name))
    return next((what for what, known in PERSONAL.items() if known & there), "")


def is_plain_name(name: str) -> bool:
    """Whether the column is called a name and nothing else: of whom or what, only its neighbours can tell."""
    return name.strip().lower() in _NAME
