"""What letters say in German."""

from erasure.choices import LetterKind, Outcome
from erasure.letters.wording import Rights, Text, Wording, by_type

K = LetterKind
NOT_WHOLE = (K.PARTLY_DONE, K.NOTHING_FOUND, K.REFUSED)
ANSWERS = (K.DONE, *NOT_WHOLE)

GERMAN = Wording(
    greeting="Sehr geehrte Damen und Herren,",
    closing="Mit freundlichen Grüßen\n{organisation}",
    texts={
        K.ACKNOWLEDGEMENT: Text(
            "Ihr Antrag {reference} ist eingegangen",
            "am {received_on} ist Ihr Antrag auf {asked} bei uns eingegangen. Er trägt das Aktenzeichen "
            "{reference}.\n\n"
            "Nach {law} ist unsere Antwort bis zum {due_on} fällig. Wenn wir etwas von Ihnen brauchen, um "
            "festzustellen, wer den Antrag stellt, oder um Ihre Daten zu finden, fragen wir Sie danach."
            "\n\n{rights}",
        ),
        K.EXTENSION: Text(
            "Ihr Antrag {reference}: Wir brauchen mehr Zeit",
            "am {received_on} ist Ihr Antrag auf {asked} bei uns eingegangen. Unsere Antwort war bis zum "
            "{previous_due_on} fällig.\n\n"
            "Wir brauchen mehr Zeit. Der Grund: {grounds}. {reason}\n\n"
            "Unsere Antwort ist nun bis zum {due_on} fällig.\n\n{rights}",
        ),
        K.DONE: Text(
            "Ihr Antrag {reference}: unsere Antwort",
            "am {received_on} ist Ihr Antrag auf {asked} bei uns eingegangen. Dies ist unsere Antwort vom "
            "{answered_on}.\n\n{parts}\n\n{rights}",
        ),
        K.PARTLY_DONE: Text(
            "Ihr Antrag {reference}: unsere Antwort",
            "am {received_on} ist Ihr Antrag auf {asked} bei uns eingegangen. Dies ist unsere Antwort vom "
            "{answered_on}. Ein Teil Ihres Antrags wurde ausgeführt, ein Teil nicht.\n\n{parts}\n\n{rights}",
        ),
        K.NOTHING_FOUND: Text(
            "Ihr Antrag {reference}: unsere Antwort",
            "am {received_on} ist Ihr Antrag auf {asked} bei uns eingegangen. Dies ist unsere Antwort vom "
            "{answered_on}.\n\n{parts}\n\n"
            "Wenn Sie unter einer anderen E-Mail-Adresse, Rufnummer oder Kundennummer mit uns in Verbindung "
            "standen, nennen Sie uns diese bitte; wir suchen dann noch einmal.\n\n{rights}",
        ),
        K.REFUSED: Text(
            "Ihr Antrag {reference}: unsere Antwort",
            "am {received_on} ist Ihr Antrag auf {asked} bei uns eingegangen. Dies ist unsere Antwort vom "
            "{answered_on}: Wir können ihn nicht ausführen.\n\n{parts}\n\n{rights}",
        ),
        K.WITHDRAWN: Text(
            "Ihr Antrag {reference}: zurückgezogen",
            "am {received_on} ist Ihr Antrag auf {asked} bei uns eingegangen. Inzwischen haben Sie uns "
            "mitgeteilt, dass Sie ihn zurückziehen. Wir haben ihn am {answered_on} geschlossen; Sie können "
            "jederzeit einen neuen stellen.\n\n{rights}",
        ),
    },
    asked={
        "ERASURE": "Löschung Ihrer personenbezogenen Daten",
        "ACCESS": "Auskunft über Ihre personenbezogenen Daten",
    },
    whole="Ihre personenbezogenen Daten",
    parts=by_type(
        {
            Outcome.DONE: "{data}: Unser Kontaktcenter-Dienstleister hat die Löschung als erledigt gemeldet.",
            Outcome.PARTLY_DONE: (
                "{data}: Unser Kontaktcenter-Dienstleister hat die Löschung eines Teils gemeldet; der Rest "
                "wurde nicht ausgeführt."
            ),
            Outcome.NOTHING_FOUND: "{data}: In unserem Kontaktcenter-System wurde nichts über Sie gefunden.",
            Outcome.REFUSED: "{data}: nicht ausgeführt. {ground}",
            Outcome.WITHDRAWN: "{data}: nicht ausgeführt, da Sie Ihren Antrag zurückgezogen haben.",
        },
        {
            Outcome.DONE: (
                "{data}: Unser Kontaktcenter-Dienstleister hat die Kopie als fertig gemeldet; Sie erhalten "
                "sie mit dieser Antwort."
            ),
            Outcome.PARTLY_DONE: (
                "{data}: Unser Kontaktcenter-Dienstleister hat einen Teil der Kopie als fertig gemeldet, den "
                "Sie mit dieser Antwort erhalten; der Rest wurde nicht ausgeführt."
            ),
        },
    ),
    laws={
        "gdpr": "der Datenschutz-Grundverordnung (DSGVO)",
        "uk-gdpr": "der Datenschutz-Grundverordnung des Vereinigten Königreichs (UK GDPR)",
        "ccpa": "dem California Consumer Privacy Act (CCPA)",
        "utah": "dem Utah Consumer Privacy Act",
        "lgpd": "dem brasilianischen Datenschutzgesetz (LGPD)",
    },
    another_law="dem Datenschutzrecht, das für Sie gilt,",
    rights=(
        Rights(
            topic="procedure",
            regulations=("ccpa",),
            kinds=(K.ACKNOWLEDGEMENT,),
            words=(
                "Wir antworten innerhalb von 45 Kalendertagen nach dem Tag, an dem Ihr Antrag eingegangen "
                "ist. Einmal können wir, nachdem wir Ihnen den Grund genannt haben, 45 weitere Tage "
                "brauchen, insgesamt also 90. Um Ihren Antrag zu prüfen, vergleichen wir Ihre Angaben mit "
                "dem, was wir über Sie haben, und fragen nur dann nach mehr, wenn das nicht reicht. Sie "
                "können eine bevollmächtigte Person für sich handeln lassen."
            ),
        ),
        Rights(
            topic="procedure",
            regulations=("utah",),
            kinds=(K.ACKNOWLEDGEMENT,),
            words=(
                "Wir antworten innerhalb von 45 Tagen nach dem Tag, an dem Ihr Antrag eingegangen ist. "
                "Einmal können wir, nachdem wir Ihnen den Grund genannt haben, 45 weitere Tage brauchen."
            ),
        ),
        Rights(
            topic="limit",
            regulations=("ccpa", "utah"),
            kinds=(K.EXTENSION,),
            words="Die Frist kann einmal um 45 Tage verlängert werden und danach nicht wieder.",
        ),
        Rights(
            topic="recipients",
            regulations=("gdpr", "uk-gdpr"),
            kinds=(K.DONE, K.PARTLY_DONE),
            request_types=("ERASURE",),
            words=(
                "Das Gesetz verpflichtet uns, allen Empfängern, denen die Daten offengelegt wurden, die "
                "Löschung mitzuteilen, es sei denn, dies ist unmöglich oder mit unverhältnismäßigem Aufwand "
                "verbunden. Auf Ihren Wunsch nennen wir Ihnen diese Empfänger (Art. 19)."
            ),
        ),
        Rights(
            topic="recipients",
            regulations=("ccpa",),
            kinds=(K.DONE, K.PARTLY_DONE),
            request_types=("ERASURE",),
            words=(
                "Das Gesetz verpflichtet uns, auch unsere Dienstleister und Auftragnehmer von der Löschung "
                "zu unterrichten (Cal. Code Regs. tit. 11, § 7022)."
            ),
        ),
        Rights(
            topic="complaint",
            regulations=("gdpr",),
            kinds=(*NOT_WHOLE, K.EXTENSION),
            words=(
                "Sie haben das Recht, sich bei einer Aufsichtsbehörde zu beschweren, insbesondere dort, wo "
                "Sie wohnen, wo Sie arbeiten oder wo nach Ihrer Ansicht gegen das Recht verstoßen wurde, "
                "und das Recht auf einen gerichtlichen Rechtsbehelf (DSGVO Art. 12 Abs. 4, Art. 77 und 79)."
            ),
        ),
        Rights(
            topic="complaint",
            regulations=("uk-gdpr",),
            kinds=(*NOT_WHOLE, K.EXTENSION),
            words=(
                "Sie können sich bei uns beschweren; wir bestätigen eine Beschwerde innerhalb von 30 Tagen "
                "und teilen Ihnen mit, was daraus geworden ist. Sie haben außerdem das Recht, sich beim "
                "Information Commissioner’s Office zu beschweren (ico.org.uk/make-a-complaint), und das "
                "Recht auf einen gerichtlichen Rechtsbehelf (UK GDPR Art. 12(4), 77 und 79; Data Protection "
                "Act 2018 s. 164A)."
            ),
        ),
        Rights(
            topic="complaint",
            regulations=("ccpa",),
            kinds=NOT_WHOLE,
            words=(
                "Sie können den Antrag mit weiteren Angaben noch einmal stellen, selbst oder durch eine "
                "bevollmächtigte Person, und sich an die California Privacy Protection Agency wenden "
                "(cppa.ca.gov)."
            ),
        ),
        Rights(
            topic="complaint",
            regulations=("utah",),
            kinds=NOT_WHOLE,
            words="Sie können sich an die Utah Division of Consumer Protection wenden (dcp.utah.gov).",
        ),
        Rights(
            topic="complaint",
            kinds=NOT_WHOLE,
            words="Sie können sich bei der Behörde beschweren, die für den Schutz Ihrer Daten zuständig ist.",
        ),
        Rights(
            topic="discrimination",
            regulations=("ccpa",),
            kinds=(*ANSWERS, K.ACKNOWLEDGEMENT),
            words=(
                "Wir behandeln Sie nicht schlechter, weil Sie Ihre Rechte genutzt haben (Cal. Civ. Code "
                "§ 1798.125)."
            ),
        ),
    ),
)
