# Texte der Verwaltungsseite. Sie nutzt auch die des Mailprogramms; der Bau legt zusammen, was sie braucht.

admin-loading = Die Verwaltung wird geladen …
admin-noscript = Die Verwaltungsseite braucht JavaScript.

## Rahmen
adm-nav = Navigation
adm-nav-rules = Regeln
adm-nav-who = Wer und was
adm-nav-all = Einrichtung
adm-skip = Zum Inhalt
adm-place-overview = Übersicht
adm-place-account = Mein Konto
adm-place-system = System
adm-org = Organisation
adm-org-none = Organisation wählen
adm-org-find = Organisation suchen …
adm-org-name = Name oder Kennung
adm-org-open = Öffnen
adm-org-unknown = Keine Organisation heißt so.
adm-org-several = { $n } Organisationen passen. Bitte mehr vom Namen oder die Kennung eingeben.
adm-no-org = Diese Organisation gibt es hier nicht
adm-no-org-text = Sie haben in keiner Organisation dieses Namens eine Rolle.
adm-no-org-operator = Wählen Sie oben eine Organisation, oder legen Sie eine an.
adm-no-place = Diese Seite gibt es nicht
adm-no-place-text = Die Adresse ist vielleicht vertippt, oder Ihre Rolle umfasst diese Seite nicht.
adm-me = Mein Konto und Darstellung
adm-look = Darstellung
adm-language = Sprache
adm-sign-out = Abmelden
adm-gone = Der Server antwortet nicht. Was Sie sehen, kann veraltet sein; was Sie jetzt ändern, kommt nicht an.
adm-again = Noch einmal
adm-reading-only = Sie können lesen, aber nichts ändern: dafür braucht es einen zweiten Faktor.
adm-enrol-now = Einrichten
adm-role-owner = Besitzer
adm-role-writer = Bearbeiter
adm-role-reader = Leser
adm-role-operator = Betreiber
adm-role-operator-text = Über allen Kunden und Organisationen

## Anmelden
adm-gate-title = Waxseal-Verwaltung
adm-gate-text = Für alle, die Postfächer, Zertifikate und Regeln betreuen.
adm-gate-ended = Ihre Sitzung ist beendet. Melden Sie sich wieder an, um weiterzumachen, wo Sie waren.
adm-gate-name = Anmeldename
adm-gate-foot = Melden Sie sich mit dem Passwort Ihres Postfachs an. Jede Änderung wird mit Ihrem Namen festgehalten.
adm-gate-other = Als jemand anderes anmelden
adm-code-wrong = Dieser Code ist falsch oder wurde schon benutzt. Codes wechseln alle 30 Sekunden.
adm-code-hint = Sechs Ziffern aus Ihrer Authenticator-App oder einer Ihrer Wiederherstellungscodes.
adm-password-wrong = Das Passwort ist falsch.
adm-enrol-title = Zweiten Faktor einrichten
adm-enrol-why = Wer hier etwas ändern darf, meldet sich auch mit einem Code an. Geben Sie Ihr Passwort ein, um zu beginnen.
adm-enrol-app = Öffnen Sie eine Authenticator-App auf dem Telefon oder Ihren Passwortmanager.
adm-enrol-scan = Lesen Sie damit dieses Bild ein.
adm-enrol-by-hand = Oder geben Sie diesen Schlüssel von Hand ein:
adm-enrol-secret = Schlüssel
adm-enrol-code = Geben Sie den Code ein, den sie zeigt.
adm-enrol-later = Nicht jetzt: nur lesen
adm-enrol-codes-title = Ihre Wiederherstellungscodes
adm-enrol-codes = Jeder davon lässt Sie einmal ein, wenn Sie Ihr Telefon nicht haben. Sie werden nur jetzt gezeigt.
adm-enrol-kept = Ich habe sie gesichert
adm-enrol-done = Weiter
adm-step-up-title = Bitte Ihr Code
adm-step-up-text = Diese Handlung verlangt einen frischen Code. Er wird in zehn Minuten nur einmal verlangt.
adm-step-up-yes = Weiter
adm-step-up-left = Nichts wurde geändert: die Handlung verlangte einen Code.
err-step-up = Diese Handlung verlangt einen frischen Code.
err-second-factor = Um etwas zu ändern, braucht es einen zweiten Faktor.
adm-err-conflict = Jemand anderes hat das inzwischen geändert.

## Kleines
adm-copy = { $what } kopieren
adm-copy-all = Kopieren
adm-copied = Kopiert.
adm-copy-failed = Der Browser erlaubt das Kopieren nicht. Bitte markieren und von Hand kopieren.
adm-more = Einzelheiten
adm-optional = (freiwillig)
adm-field-missing = Das wird gebraucht.
adm-value-none = keine
adm-value-yes = ja
adm-value-no = nein
adm-table-all = Alle auswählen
adm-table-none = Auswahl aufheben
adm-table-choose = { $what } auswählen
adm-table-bulk = Was mit der Auswahl geschieht
adm-table-chosen = { $n } ausgewählt
adm-table-all-found = Alle { $n } auswählen
adm-chart-table = Als Tabelle
adm-chart-day = Tag

## Zwei zugleich
adm-conflict-title = Inzwischen von jemand anderem geändert
adm-conflict-text = { $who } hat das am { $when } geändert, nachdem Sie es geöffnet hatten. Wählen Sie jeweils, was gelten soll.
adm-conflict-unknown = Was genau geändert wurde, ist nicht mehr bekannt. Schreiben setzt Ihre Werte über die anderen.
adm-conflict-apart = Was Sie und was der andere geändert hat, ist Verschiedenes: beides kann gelten.
adm-conflict-field = Was
adm-conflict-before = Vorher
adm-conflict-theirs = Des anderen
adm-conflict-mine = Ihres
adm-conflict-same = dasselbe
adm-conflict-untouched = von Ihnen nicht geändert
adm-conflict-leave = Nichts ändern
adm-conflict-write = So schreiben

## Übersicht
adm-begin-title = Diese Organisation ist leer
adm-begin-domain = Zuerst kommt eine Domain: melden Sie eine an und beweisen Sie durch DNS, dass sie Ihnen gehört.
adm-begin-accounts = Die Domain ist da. Fügen Sie die Postfächer hinzu, um die sich Waxseal kümmern soll.
adm-mailbox-add = Postfach hinzufügen
adm-domain-claim = Domain anmelden
adm-warnings = { $n ->
    [one] Eines braucht Sie
   *[other] { $n } Dinge brauchen Sie
  }
adm-warn-go = { $place } öffnen
adm-n-accounts = { $n ->
    [one] Postfach
   *[other] Postfächer
  }
adm-n-active = { $n ->
    [one] davon in Betrieb
   *[other] davon in Betrieb
  }
adm-n-domains = { $n ->
    [one] Domain
   *[other] Domains
  }
adm-n-rules = { $n ->
    [one] Regel
   *[other] Regeln
  }
adm-n-valid = gültig
adm-n-expiring = { $n ->
    [one] läuft in 30 Tagen ab
   *[other] laufen in 30 Tagen ab
  }
adm-n-expired = abgelaufen
adm-n-without = { $n ->
    [one] Postfach ohne eines
   *[other] Postfächer ohne eines
  }
adm-place-licences = Lizenzen
adm-place-certificates = Zertifikate
adm-licence-used = { $used } von { $quota } belegt
adm-licence-used-unlimited = { $used } belegt, ohne Grenze
adm-licence-free = { $n ->
    [one] eine frei
   *[other] { $n } frei
  }
adm-licence-pending = { $n ->
    [one] eine wird zurückgegeben
   *[other] { $n } werden zurückgegeben
  }
adm-licence-until = Vertrag bis { $date }
adm-licence-ended = Vertrag endete am { $date }
adm-licence-lapsed = der Vertrag ist abgelaufen
adm-mail-chart = Mail der letzten 30 Tage
adm-mail-unit = Nachrichten am Tag
adm-mail-none = Noch wurde über keine Mail entschieden
adm-mail-none-text = Sobald Regeln auf Mail dieser Organisation wirken, wird hier jeder Tag gezählt.
adm-mail-signed = signiert
adm-mail-encrypted = verschlüsselt
adm-mail-decrypted = entschlüsselt
adm-mail-validated = geprüft
adm-mail-skipped = belassen
adm-mail-refused = abgelehnt
adm-mail-deferred = zurückgestellt

## Mein Konto
adm-factor-text = Wer etwas ändern darf, meldet sich neben dem Passwort mit einem Code aus einer App an.
adm-factor-since = Eingeschaltet seit
adm-factor-left = Übrige Wiederherstellungscodes
adm-my-roles = Was ich darf
adm-sessions = Wo ich angemeldet bin
adm-session-unknown = Unbekannter Browser
adm-session-where = { $address }, zuletzt benutzt { $when }
adm-session-this = hier
adm-session-end = Dort abmelden
adm-session-end-text = { $where } muss sich neu anmelden. Was dort getippt und nicht gesichert ist, geht verloren.
adm-session-ended = Dort abgemeldet.

## Postfächer
adm-place-mailboxes = Postfächer
adm-loading = Wird geladen …
adm-mailboxes-count = { $n ->
    [one] Ein Postfach
   *[other] { $n } Postfächer
  }
adm-mailboxes-found = { $n ->
    [one] Ein Postfach gefunden
   *[other] { $n } Postfächer gefunden
  }
adm-mailboxes-none = Noch keine Postfächer
adm-found-none = Nichts gefunden
adm-found-none-text = Kein Eintrag passt zu diesen Wörtern und Filtern.
adm-filter-clear = Filter aufheben
adm-search-mailboxes = Adresse oder Name
adm-mailbox = Postfach
adm-rename-short = Neue Adresse
adm-rename = { $what }: neue Adresse
adm-rename-text = Benennen Sie das Postfach auch am Mailserver um. Lizenz, Rollen, Zertifikate und ihre Schlüssel gehen sofort mit; Einstellungen, Kontakte und Schlüsseldateien der Person bei der nächsten Anmeldung mit der neuen Adresse. Wer mit der alten angemeldet ist, wird abgemeldet. Zertifikate nennen weiter die alte Adresse: Für die neue braucht es ein neues Zertifikat.
adm-rename-to = Neue Adresse
adm-rename-keep = { $what } bleibt eine Adresse, von der gesendet werden darf
adm-rename-same = Das ist schon seine Adresse.
adm-rename-yes = Umbenennen
adm-renamed = Das Postfach heißt jetzt { $what }.
adm-err-conflict-to = Unter dieser Adresse gibt es schon etwas: ein Postfach, seine Zertifikate oder eine Lizenz, die noch nicht abgelaufen ist.
adm-err-forbidden-to = Diese Adresse gehört zu keiner Domain dieser Organisation.
adm-err-forbidden-roles = Diese Person verwaltet mehr als diese Organisation. Ein Betreiber muss das Postfach umbenennen.
adm-err-conflict-request = Ein Zertifikatsantrag dieses Postfachs wartet noch auf Antwort. Schließen Sie ihn erst ab, oder entfernen Sie ihn.
adm-mailbox-edit = { $what }
adm-no-name = Kein Name
adm-col-address = Adresse
adm-col-licence = Lizenz
adm-col-plan = Tarif
adm-col-state = Zustand
adm-member-name = Name
adm-member-plan = Tarif
adm-member-state = Zustand
adm-member-from = Weitere Absenderadressen
adm-member-outbound-per-hour = Höchstens Nachrichten je Stunde
adm-member-outbound-recipients = Höchstens Empfänger je Nachricht
adm-member-role = Rolle
adm-member-customer = Kunde
adm-member-smime = S/MIME
adm-member-quota = Lizenzen
adm-member-valid-from = Gültig ab
adm-member-valid-until = Gültig bis
adm-member-valid-until-hint = Bis zum Ende dieses Tages (UTC).
adm-member-disabled = Abgeschaltet
adm-member-organisation = Organisation
adm-member-since = Seit
adm-member-until = Bis
adm-member-proof = Nachweis
adm-member-token = Token
adm-member-deactivated = Zurückgenommen von
adm-member-activated = Vergeben an
adm-member-domain = Domain
adm-member-address = Adresse
adm-member-added = Hinzugefügt
adm-member-changed = Geändert
adm-member-removed = Entfernt
adm-member-scopes = Rechte
adm-member-expires = Läuft ab
adm-from-hint = Eine je Zeile. Auch von diesen darf gesendet werden.
adm-from-own = nur die eigene
adm-limit-none = keine eigene Grenze
adm-limit-ceiling = { $n } (Obergrenze des Betreibers)
adm-limit-ceiling-hint = Leer: { $n }, die Obergrenze des Betreibers; nie mehr.
adm-limit-above = Höchstens { $n }: das ist die Obergrenze des Betreibers.
adm-ceiling-per-hour = Obergrenze: Nachrichten je Stunde
adm-ceiling-recipients = Obergrenze: Empfänger je Nachricht
adm-ceiling-hint = Jedes Postfach sendet höchstens so viel, was auch immer seine eigene Grenze sagt. 0: nichts wird gesendet.
adm-ceiling-configured = wie konfiguriert
adm-ceiling-customer = wie beim Kunden
adm-plan-inherit = wie Domain oder Kunde
adm-plan-inherited = geerbt
adm-plan-hint = Leer: der Tarif der Domain oder des Kunden.
adm-plan-text = Der Tarif dieser Postfächer. Leer: der ihrer Domain oder ihres Kunden.
adm-plan-set = Tarif setzen
adm-licence-active = aktiv
adm-licence-inactive = keine
adm-licence-revoke-pending = wird zurückgegeben
adm-licence-pending-until = entschlüsselt bis { $date }
adm-licence-pending-text = Bis dahin wird Mail nur entschlüsselt, und die Lizenz zählt. Wieder zu aktivieren kostet keine weitere.
adm-state-active = in Betrieb
adm-state-suspended = gesperrt
adm-certificate-until = bis { $date }
adm-certificate-ended = abgelaufen { $date }
adm-certificate-revoked = widerrufen
adm-certificate-former = nur frühere
adm-col-certificate = Zertifikat
adm-certificate-none = keines
adm-until = bis { $date }
adm-since = seit { $date }
adm-for-sign = Zum Signieren
adm-for-encrypt = Zum Verschlüsseln
adm-certificates-held = Alle aufbewahrten
adm-certificates-of = Seine Zertifikate
adm-custody = Schlüssel liegt bei
adm-custody-agent = dem Schlüsseldienst
adm-custody-user = dem Browser des Besitzers
adm-custody-none = niemandem hier
adm-filter-state = Jeder Zustand
adm-filter-state-active = In Betrieb
adm-filter-state-suspended = Gesperrt
adm-filter-licence = Jede Lizenz
adm-filter-licence-active = Lizenz aktiv
adm-filter-licence-revoke-pending = Lizenz wird zurückgegeben
adm-filter-licence-inactive = Keine Lizenz
adm-filter-certificate = Jedes Zertifikat
adm-filter-certificate-valid = Zertifikat gültig
adm-filter-certificate-expiring = Zertifikat läuft bald ab
adm-filter-certificate-expired = Zertifikat abgelaufen
adm-filter-certificate-revoked = Zertifikat widerrufen
adm-filter-certificate-former = Nur frühere Zertifikate
adm-filter-certificate-none = Kein Zertifikat
adm-filter-domain = Jede Domain
adm-act-activate = Lizenz geben
adm-act-deactivate = Lizenz zurücknehmen
adm-act-suspend = Sperren
adm-act-resume = Entsperren
adm-act-remove = Entfernen
adm-act-add = Hinzufügen
adm-more-acts = Mehr
adm-edit = Ändern
adm-save = Sichern
adm-saved = Gesichert.
adm-added = { $what } hinzugefügt.
adm-add-domains = Aus einer dieser Domains: { $domains }
adm-add-licence = Gleich eine Lizenz geben
adm-add-no-seat = Das Postfach wurde hinzugefügt, aber keine Lizenz ist dafür frei.
adm-address-wrong = Das ist keine Mailadresse.
adm-sure-type = Um weiterzumachen, geben Sie ein, wie viele: { $n }
adm-sure-deactivate = { $n ->
    [one] Von jetzt an signieren und verschlüsseln die Regeln der Organisation nichts mehr dafür. 14 Tage lang wird die Mail noch entschlüsselt, und die Lizenz zählt noch; so lange lässt sie sich ohne Kosten wieder geben.
   *[other] Von jetzt an signieren und verschlüsseln die Regeln der Organisation nichts mehr für diese { $n }. 14 Tage lang wird ihre Mail noch entschlüsselt, und die Lizenzen zählen noch; so lange lassen sie sich ohne Kosten wieder geben.
  }
adm-sure-suspend = { $n ->
    [one] Niemand meldet sich mehr an, offene Sitzungen enden. Mail kommt weiter an.
   *[other] Bei diesen { $n } meldet sich niemand mehr an, offene Sitzungen enden. Mail kommt weiter an.
  }
adm-sure-remove = { $n ->
    [one] Waxseal kümmert sich nicht mehr darum; die Mail selbst bleibt auf dem Mailserver. Eines mit Zertifikaten wird nicht entfernt.
   *[other] Waxseal kümmert sich nicht mehr um diese { $n }; die Mail selbst bleibt auf dem Mailserver. Solche mit Zertifikaten werden nicht entfernt.
  }
adm-did-activate = { $what } hat eine Lizenz.
adm-did-deactivate = Die Lizenz von { $what } wird zurückgegeben.
adm-did-suspend = { $what } ist gesperrt.
adm-did-resume = { $what } ist wieder in Betrieb.
adm-did-plan = Der Tarif von { $what } ist gesetzt.
adm-did-remove = { $what } ist entfernt.
adm-bulk-activate = { $n ->
    [one] Einem Postfach eine Lizenz geben
   *[other] { $n } Postfächern eine Lizenz geben
  }
adm-bulk-deactivate = { $n ->
    [one] Lizenz zurücknehmen
   *[other] { $n } Lizenzen zurücknehmen
  }
adm-bulk-suspend = { $n ->
    [one] Postfach sperren
   *[other] { $n } Postfächer sperren
  }
adm-bulk-resume = { $n ->
    [one] Postfach entsperren
   *[other] { $n } Postfächer entsperren
  }
adm-bulk-plan = { $n ->
    [one] Tarif eines Postfachs setzen
   *[other] Tarif von { $n } Postfächern setzen
  }
adm-bulk-remove = { $n ->
    [one] Postfach entfernen
   *[other] { $n } Postfächer entfernen
  }
adm-bulk-runs = { $n } von { $total }
adm-bulk-stop = Anhalten
adm-bulk-stops = Hält nach diesem Schritt an
adm-bulk-sum = { $done } erledigt, { $failed } nicht
adm-bulk-left = { $n ->
    [one] Eines wurde nicht erreicht.
   *[other] { $n } wurden nicht erreicht.
  }
adm-bulk-failed = Was nicht ging
adm-bulk-reason = Grund
adm-bulk-more = { $n ->
    [one] Eines mehr steht in der Datei.
   *[other] { $n } mehr stehen in der Datei.
  }
adm-bulk-save = Ganzes Ergebnis sichern (CSV)
adm-bulk-all-done = { $n ->
    [one] Erledigt.
   *[other] { $n } erledigt.
  }
adm-err-conflict-licence = Keine Lizenz ist frei.
adm-warn-mailboxes-expired = { $a ->
    [one] Ein Postfach hat kein gültiges Zertifikat mehr: es ist abgelaufen
   *[other] { $a } Postfächer haben kein gültiges Zertifikat mehr: sie sind abgelaufen
  }
adm-warn-mailboxes-expiring = { $a ->
    [one] Bei einem Postfach läuft das Zertifikat in 30 Tagen ab
   *[other] Bei { $a } Postfächern laufen die Zertifikate in 30 Tagen ab
  }
adm-warn-no-domain = Noch gehört keine Domain dazu
adm-warn-rules = { $a ->
    [one] Eine Regel hat eine Warnung
   *[other] { $a } Warnungen zu den Regeln
  }
adm-warn-disabled = Der Kunde ist abgeschaltet: keine Regel gilt
adm-warn-not-begun = Der Vertrag hat noch nicht begonnen
adm-warn-ended = Der Vertrag ist abgelaufen: keine Regel gilt
adm-warn-ends = { $a ->
    [one] Der Vertrag endet in einem Tag
   *[other] Der Vertrag endet in { $a } Tagen
  }
adm-warn-over-quota = { $a ->
    [one] Eine Lizenz mehr als vereinbart ist belegt
   *[other] { $a } Lizenzen mehr als vereinbart sind belegt
  }
adm-warn-no-seat-left = Keine Lizenz ist frei
adm-warn-few-seats-left = { $a ->
    [one] Nur noch eine Lizenz ist frei
   *[other] Nur noch { $a } Lizenzen sind frei
  }

## Lizenzen
adm-licences-text = Lizenzen gehören dem Kunden und zählen über alle seine Organisationen.
adm-licence-meter = Belegt
adm-licence-who = Wer eine hat
adm-licence-of-customer = aktiv, über alle Organisationen
adm-licence-pending-note = in Rückgabe: entschlüsseln nur noch, zählen weiter
adm-licence-without = Postfächer ohne eine
adm-show = Zeigen
adm-licence-forecast = Ausblick
adm-licence-pace = Letzte 30 Tage
adm-licence-pace-of = { $n ->
    [one] eine vergeben
   *[other] { $n } vergeben
  }
adm-licence-last = In diesem Tempo
adm-licence-last-none = reicht, was frei ist
adm-licence-last-days = { $n ->
    [one] reicht, was frei ist, noch einen Tag
   *[other] reicht, was frei ist, noch { $n } Tage
  }
adm-licence-contract = Vertrag
adm-licence-contract-of = { $from } bis { $until }
adm-licence-contract-open = ohne Ende
adm-licence-frees = Kommen von selbst zurück
adm-licence-frees-n = { $n ->
    [one] eine Lizenz
   *[other] { $n } Lizenzen
  }
adm-licence-frees-none = Keine wird zurückgegeben
adm-licence-frees-none-text = Eine zurückgenommene Lizenz entschlüsselt noch 14 Tage und ist dann frei.
adm-licence-all-activate = Jedem Postfach eine Lizenz geben
adm-licence-all-deactivate = Alle zurücknehmen
adm-licence-none-active = Kein Postfach dieser Organisation hat eine Lizenz.
adm-licence-all-text = { $n } Postfächer, { $free } freie Lizenzen. Postfächer bekommen nach ihrer Adresse eine, bis keine mehr da ist; welche keine bekamen, wird aufgezählt.
adm-warn-ask-operator = Der Betreiber kann den Vertrag ändern.

## Protokoll
adm-place-audit = Protokoll
adm-audit-text = Jede Änderung: wer, was, vorher und nachher. Die neuesten 20.000 der Organisation werden aufbewahrt.
adm-audit-search = Wörter in Namen und Werten
adm-audit-kind = Jede Art
adm-audit-from = Von
adm-audit-until = Bis
adm-audit-added = hinzugefügt
adm-audit-changed = geändert
adm-audit-removed = entfernt
adm-audit-became = wurde
adm-audit-fields = { $n ->
    [one] Ein Wert
   *[other] { $n } Werte
  }
adm-audit-none = Noch wurde nichts geändert
adm-audit-none-text = Jede Änderung dieser Organisation wird hier mit dem Namen dessen stehen, der sie gemacht hat.
adm-audit-end = Das ist alles.
adm-system-audits = Protokolle
adm-system-audits-none = Nichts ist zurückgeblieben
adm-system-audits-none-text = Von einer entfernten Organisation bleibt hier ihr Protokoll.
adm-audits-text = Wer was in Organisationen geändert hat, die entfernt wurden. Niemand sonst sieht es: eine spätere Organisation derselben Kennung beginnt mit einem leeren.
adm-audits-entries = { $n ->
    [one] ein Eintrag
   *[other] { $n } Einträge
  }
adm-audits-ended = entfernt am { $date }
adm-audit-of = Protokoll von { $what }
adm-audit-kept-text = Von allen Organisationen, die diese Kennung hatten. Nur für Betreiber.
adm-value-left-out = { $n } Byte
adm-kind-audit = Protokoll
adm-member-subject = Inhaber
adm-member-issuer = Aussteller
adm-member-serial = Seriennummer
adm-member-addresses = Adressen
adm-member-usage = Wofür
adm-member-custody = Schlüssel bei
adm-member-primary = Zuerst benutzt für
adm-member-seq = Nummer
adm-member-source = Herkunft
adm-member-key = Schlüssel
adm-member-fingerprint = Fingerabdruck
adm-member-not-before = Gültig ab
adm-member-not-after = Gültig bis
adm-member-issuers = Mitgegebene Zertifizierungsstellen
adm-refresh = Neu nachsehen
adm-kind-account = Postfach
adm-kind-accounts = Postfächer von
adm-kind-licence = Lizenz
adm-kind-certificate = Zertifikat
adm-kind-rules = Regeln
adm-kind-domain = Domain
adm-kind-claim = Anmeldung einer Domain
adm-kind-role = Rolle
adm-kind-token = Token
adm-kind-organisation = Organisation
adm-kind-customer = Kunde
adm-kind-plan = Tarif
adm-kind-operator = Betreiber
adm-kind-authority = Zertifizierungsstelle
adm-kind-root = Vertrauensanker
adm-kind-licences = Lizenzen von
adm-kind-issued = Ausgestelltes Zertifikat
adm-kind-request = Zertifikatsanfrage
adm-kind-registry = Verzeichnis
adm-kind-renamed = Umbenanntes Postfach
adm-kind-branding = Erscheinungsbild

## Personen
adm-place-people = Personen und Tokens
adm-people-text = Wer diese Organisation betreuen darf, und welche Programme.
adm-people-owners = Nur Besitzer geben und nehmen Rollen und Tokens.
adm-roles = Personen
adm-roles-none = Niemand hat hier eine Rolle
adm-roles-none-text = Der Betreiber betreut diese Organisation allein. Geben Sie jemandem eine Rolle.
adm-role-add = Rolle geben
adm-role-give = Jemandem eine Rolle geben
adm-role-change = Rolle von { $who }
adm-role-take = Rolle nehmen
adm-role-take-of = { $who } die Rolle nehmen
adm-role-take-text = { $who } sieht ab dem nächsten Klick nichts mehr von dieser Organisation.
adm-role-take-own = { $who }, das sind Sie: Sie sehen nichts mehr von dieser Organisation und können es selbst nicht rückgängig machen.
adm-role-name-hint = So, wie die Person sich bei der Mail anmeldet.
adm-role-owner-text = Alles, auch Rollen und Tokens
adm-role-writer-text = Postfächer, Zertifikate, Lizenzen, Regeln
adm-role-reader-text = Sieht alles, ändert nichts
adm-tokens = Programme
adm-token = Token
adm-tokens-none = Kein Programm hat ein Token
adm-tokens-none-text = Mit einem Token tut ein Programm von Ihnen über die API, was Sie ihm hier erlauben.
adm-token-new = Neues Token
adm-token-text = Geben Sie ihm einen Namen, an dem Sie es im Protokoll erkennen, und nicht mehr, als es braucht.
adm-token-name = Name
adm-token-name-hint = Zum Beispiel das Programm, für das es ist.
adm-token-days = Gilt
adm-days = { $n ->
    [one] einen Tag
   *[other] { $n } Tage
  }
adm-token-make = Erzeugen
adm-token-no-scope = Es darf noch nichts: wählen Sie mindestens einen Bereich.
adm-token-made = Das neue Token
adm-token-once = Es wird nur jetzt gezeigt. Legen Sie es dorthin, wo das Programm es findet und sonst niemand.
adm-token-use = Mit jeder Anfrage gesendet als: Authorization: Bearer und das Token.
adm-token-kept = Ich habe es abgelegt
adm-token-revoke = Widerrufen
adm-token-revoke-text = { $what } kann ab der nächsten Anfrage nichts mehr.
adm-token-used = Zuletzt benutzt { $date }
adm-token-unused = Nie benutzt
adm-token-ended = abgelaufen { $date }
adm-scope-none = Nichts
adm-scope-read = Lesen
adm-scope-write = Lesen und ändern
adm-scope-accounts = Postfächer
adm-scope-certificates = Zertifikate
adm-scope-licences = Lizenzen
adm-scope-rules = Regeln
adm-scope-log = Verarbeitete Mail
adm-scope-audit = Protokoll
adm-scope-organisation = Organisation und Domains

## Einstellungen
adm-place-settings = Einstellungen
adm-section-roots = Vertraute Aussteller
adm-roots-text = Was diese Stellen ausgestellt haben, gilt den Postfächern dieser Organisation, zusätzlich zu dem, dem dieser Server ohnehin vertraut: beim Lesen, bei der Wahl der Zertifikate von Empfängern und in Regeln.
adm-roots-none = Keine eigenen Aussteller
adm-roots-none-text = Fügen Sie einen hinzu, wenn Partner oder Ihre eigene Firma Zertifikate einer Stelle nutzen, die nicht öffentlich bekannt ist.
adm-root-add = Aussteller vertrauen
adm-root-add-short = Hinzufügen
adm-root-add-text = Alle in dieser Organisation glauben dann jedem Zertifikat, das diese Stelle ausstellt. Vergleichen Sie ihren Fingerabdruck mit dem, was ihr Inhaber Ihnen nennt, etwa am Telefon.
adm-root-add-yes = Vertrauen
adm-root-file = Zertifikat der Stelle
adm-root-file-hint = PEM mit einem oder mehreren Zertifikaten, oder DER. Nur Aussteller, kein SHA-1, RSA ab 2048 Bit; höchstens 50.
adm-root-read-valid = Gültig
adm-root-read-days = von { $from } bis { $until }
adm-root-read-key = Schlüssel
adm-root-read-none = In dieser Datei ist kein Zertifikat zu lesen.
adm-err-root-file = Diese Datei enthält kein Zertifikat, oder noch etwas anderes.
adm-err-root-ca = Dieses Zertifikat darf keine anderen ausstellen: Es gehört keinem Aussteller.
adm-err-root-key = Sein RSA-Schlüssel hat weniger als 2048 Bit.
adm-err-root-algorithm = Es ist mit SHA-1 oder MD5 unterschrieben; das lässt sich fälschen.
adm-err-root-validity = Es ist abgelaufen oder noch nicht gültig.
adm-err-root-roots = Eine Organisation kann 50 eigenen Ausstellern vertrauen.
adm-root-remove = Nicht mehr vertrauen
adm-root-remove-one = { $name } nicht mehr vertrauen
adm-root-remove-text = Was { $name } ausgestellt hat, wird als nicht vertraut gezeigt, und daran wird nichts mehr verschlüsselt.
adm-root-until = bis { $day }
adm-root-expired = abgelaufen
adm-root-early = noch nicht gültig
adm-root-issued = Ihr eigener Aussteller, seit { $day }
adm-root-uploaded = vertraut seit { $day }
adm-section-branding = Erscheinungsbild
adm-brand-own = Was Ihre Leute sehen
adm-brand-own-text = In der Mail der Konten dieser Organisation. Wo hier nichts gesagt ist, gilt das Erscheinungsbild der Installation. Die Farben von Urteilen und Warnungen ändern sich nie.
adm-brand-all = Die ganze Installation
adm-brand-all-text = Vor der Anmeldung, für Konten ohne Organisation und überall, wo eine Organisation selbst nichts sagt.
adm-brand-name = Produktname
adm-brand-accent = Akzentfarbe
adm-brand-accent-hint = # und sechs hexadezimale Ziffern. Daraus entstehen Töne, die auf Hell und auf Dunkel lesbar sind.
adm-brand-support = Link zu Ihrem Support
adm-brand-support-hint = https://… oder mailto:… Er steht im Kontomenü, für die ganze Installation auch bei der Anmeldung.
adm-brand-logo = Logo
adm-brand-logo-hint = PNG oder WebP, höchstens 64 KB und 512 mal 512 Pixel. Es wird auf Hell und auf Dunkel gezeigt.
adm-brand-logo-none = Logo entfernen
adm-brand-inherited = (von der Installation)
adm-brand-nothing = nichts gesagt
adm-brand-change = Erscheinungsbild ändern
adm-brand-change-short = Ändern
adm-brand-change-text = Was Sie leer lassen, kommt vom Erscheinungsbild der Installation, sonst vom Produkt selbst.
adm-brand-save = Speichern
adm-brand-remove = Zurücknehmen
adm-brand-remove-text = Name, Farbe, Link und Logo von hier werden vergessen.
adm-brand-look-light = Vorschau, hell
adm-brand-look-dark = Vorschau, dunkel
adm-brand-sample = Eine gewählte Nachricht
adm-brand-button = Knopf
adm-brand-link = ein Link
adm-err-brand-name = Ein Name hat 1 bis 40 Zeichen, keines davon unsichtbar.
adm-err-brand-accent = Eine Farbe ist # und sechs hexadezimale Ziffern, zum Beispiel #8c2f45.
adm-err-brand-support = Geben Sie einen ganzen Link an: https:// und ein Host, oder mailto: und eine Adresse.
adm-err-brand-logo = Ein Logo ist ein PNG- oder WebP-Bild von höchstens 64 KB und 512 mal 512 Pixeln.
adm-section-domains = Domains
adm-domain = Domain
adm-domain-claim-text = Sie bekommen eine Zeile für Ihr DNS gezeigt, die beweist, dass die Domain Ihnen gehört.
adm-domain-claim-go = Weiter
adm-domain-wrong = Das ist keine Domain, wie etwa example.org.
adm-domain-attach = Ohne Nachweis zuordnen
adm-domain-attach-text = Als Betreiber können Sie eine Domain zuordnen, ohne das DNS zu fragen.
adm-domain-attach-go = Zuordnen
adm-domain-attached = { $domain } gehört jetzt zu dieser Organisation.
adm-domain-on = zugeordnet
adm-domain-release = Abgeben
adm-domain-release-text = { $domain } gehört dann niemandem, und andere können sie anmelden. Das geht nur, wenn sie keine Postfächer hat.
adm-domain-not-yet = Das DNS sagt es noch nicht. Neue Einträge brauchen Minuten bis eine Stunde, bis man sie sieht; sehen Sie dann noch einmal nach.
adm-domains-none = Noch keine Domain
adm-proof-dns = Durch DNS bewiesen
adm-proof-operator = Vom Betreiber zugeordnet
adm-claims = Warten auf den Nachweis
adm-claim-open = noch nicht bewiesen
adm-claim-since = Angemeldet { $since }; die Zeile gilt bis { $until }.
adm-claim-step-open = Öffnen Sie die DNS-Einstellungen dieser Domain, dort, wo Sie sie registriert haben.
adm-claim-step-add = Fügen Sie diesen Eintrag hinzu:
adm-claim-type = Art
adm-claim-name = Name
adm-claim-value = Wert
adm-claim-step-look = Sehen Sie dann nach, ob man ihn sieht.
adm-claim-look = Im DNS nachsehen

## System
adm-system-text = Für Betreiber: über allen Kunden und Organisationen.
adm-system-customers = Kunden
adm-system-organisations = Organisationen
adm-system-plans = Tarife
adm-system-operators = Betreiber
adm-system-registry = Export und Import
adm-system-customers-none = Noch kein Kunde
adm-system-customers-none-text = Ein Kunde hat einen Vertrag und Lizenzen; zu ihm gehören Organisationen.
adm-system-organisations-none = Noch keine Organisation
adm-system-organisations-none-text = Legen Sie zuerst einen Kunden an, dann seine Organisation.
adm-system-plans-none = Noch kein Tarif
adm-system-plans-none-text = Für alle gilt die Vorgabe der Konfiguration.
adm-system-operators-none = Kein Betreiber
adm-system-operators-none-text = Den ersten macht die Kommandozeile.
adm-customers-text = Wer zahlt: Vertrag, Tarif und Lizenzen für alle seine Organisationen.
adm-customer-new = Neuer Kunde
adm-customer-disabled = Abgeschaltet: Regeln gelten nicht mehr, S/MIME ruht
adm-customer-off = abgeschaltet
adm-customer-quota = { $n ->
    [one] eine Lizenz
   *[other] { $n } Lizenzen
  }
adm-organisation-new = Neue Organisation
adm-smime-enabled = S/MIME an
adm-smime-disabled = S/MIME aus
adm-member-directory = Kollegen sehen voneinander
adm-directory-off = nichts
adm-directory-certificates = Zertifikate
adm-directory-names = Namen und Zertifikate
adm-id = Kennung
adm-id-hint = Sie bleibt für immer: Kleinbuchstaben, Ziffern, - und _
adm-id-wrong = Nur Kleinbuchstaben, Ziffern, - und _, höchstens 64.
adm-period-wrong = Das Ende muss nach dem Anfang liegen.
adm-plan-default = Vorgabe der Konfiguration
adm-plans-text = Ein Tarif hier steht über dem gleichnamigen der Konfiguration.
adm-plan-new = Neuer Tarif
adm-plan-configured = in der Konfiguration
adm-plan-registry = nur hier
adm-plan-as-configured = wie konfiguriert
adm-plan-smime = mit S/MIME
adm-plan-no-smime = ohne S/MIME
adm-operator-new = Neuer Betreiber
adm-operator-text = Ein Betreiber darf in jeder Organisation alles.
adm-edit-what = { $what } ändern
adm-remove-what = { $what } entfernen
adm-open-what = { $what } öffnen
adm-remove-text-customers = Nur einer ohne Organisationen wird entfernt. Vertrag und Lizenzen werden mit ihm vergessen.
adm-remove-text-organisations = Regeln, Rollen, Token, Erscheinungsbild und vertraute Aussteller gehen mit. Eine, die noch Domains oder Zertifikate hat, wird nicht entfernt, auch keine, deren eigene Zertifizierungsstelle etwas ausgestellt hat, das noch nicht abgelaufen ist: Widerrufen Sie das und entfernen Sie zuerst die Stelle, die dabei eine letzte Sperrliste unterschreibt. Das Protokoll der Änderungen und das der Mails bleiben, nur für Betreiber; das der Mails, bis es überschrieben ist.
adm-remove-text-plans = Was das Verzeichnis über den Tarif sagt, wird vergessen. Wer ihn hat, hat dann, was die Konfiguration über ihn sagt; kennt sie ihn nicht, ist S/MIME für alle diese Leute vom nächsten Klick an aus.
adm-remove-text-operators = Vom nächsten Klick an darf diese Person hier nichts mehr, außer was eine Rolle in einer Organisation erlaubt.
adm-remove-text-audits = Alle Einträge dieses Protokolls sind endgültig weg: Wer was in der Organisation geändert hat, steht sonst nirgends.
adm-export = Export
adm-export-text = Ein JSON-Dokument mit dem ganzen Register: Tarife, Kunden, Organisationen, Domains, Postfächer, Lizenzen, Regeln mit ihren Listen, Zertifikate und Aussteller, Rollen, Token als Prüfwerte, Auftritt. Nicht darin: Passwörter, Mail, das Protokoll, Sitzungen und zweite Faktoren.
adm-export-do = Als Datei sichern
adm-export-keys = Mit versiegelten Schlüsseln
adm-export-keys-sure = Mit versiegelten Schlüsseln exportieren?
adm-export-keys-text = Das Dokument enthält dann auch alle privaten Schlüssel des Schlüsseldienstes, versiegelt mit dessen Hauptschlüssel. Ohne ihn nützen sie nichts; wer beides hat, kann die Mail aller lesen. Bewahren Sie es getrennt vom Hauptschlüssel auf.
adm-import = Import
adm-import-about = Macht das Verzeichnis zu dem, was das Dokument sagt. Zuerst sehen Sie, was sich ändern würde.
adm-import-choose = Dokument wählen …
adm-import-text = Noch wird nichts geändert: Sie sehen, was geändert würde.
adm-import-file = Dokument (JSON)
adm-import-look = Nachsehen, was sich änderte
adm-import-no-json = Diese Datei ist kein JSON-Dokument.
adm-import-same = Das Verzeichnis ist schon so, wie das Dokument sagt.
adm-import-sure = So importieren?
adm-import-sure-text = Was nicht im Dokument steht, wird entfernt. Alles geschieht auf einmal oder gar nicht.
adm-import-added = { $n } hinzu
adm-import-changed = { $n } geändert
adm-import-removed = { $n } entfernt
adm-import-list = Was sich änderte
adm-import-more = { $n ->
    [one] und eines mehr
   *[other] und { $n } mehr
  }
adm-import-do = { $n ->
    [one] Eine Änderung machen
   *[other] { $n } Änderungen machen
  }
adm-import-done = Importiert.
## Zertifikate
adm-cert = Zertifikat
adm-cert-count = { $n ->
    [one] Ein Zertifikat
   *[other] { $n } Zertifikate
  }
adm-cert-tab-list = Liste
adm-cert-tab-calendar = Jahr
adm-cert-tab-import = Viele auf einmal
adm-cert-calendar-text = Wann benutzte Zertifikate ablaufen, in den nächsten zwölf Monaten.
adm-cert-import-text = Aus einem ZIP-Archiv mit einer Tabelle: erst geprüft, dann Zeile für Zeile eingetragen.
adm-cert-search = Adresse, Name, Seriennummer, Fingerabdruck suchen
adm-cert-filter-status = Jeder Zustand
adm-cert-filter-status-valid = Gültig
adm-cert-filter-status-expiring = Laufen in 30 Tagen ab
adm-cert-filter-status-expired = Abgelaufen
adm-cert-filter-status-not-yet-valid = Noch nicht gültig
adm-cert-filter-custody = Schlüssel egal wo
adm-cert-filter-custody-agent = Schlüssel hier verwahrt
adm-cert-filter-custody-user = Schlüssel beim Besitzer
adm-cert-filter-custody-none = Ohne Schlüssel
adm-cert-filter-primary = Benutzt oder nicht
adm-cert-filter-primary-yes = Benutzt
adm-cert-filter-primary-no = Nicht benutzt
adm-cert-filter-clear = Filter löschen
adm-cert-of = Von { $what }
adm-cert-on-day = Endet am { $date }
adm-cert-found-none = Kein Zertifikat passt
adm-cert-none = Noch keine Zertifikate
adm-cert-none-text = Tragen Sie die Ihrer Postfächer ein, mit oder ohne Schlüssel, und die von Leuten außerhalb, denen Sie schreiben.
adm-cert-status-valid = Gültig
adm-cert-status-expiring = Läuft bald ab
adm-cert-status-expired = Abgelaufen
adm-cert-status-not-yet-valid = Noch nicht gültig
adm-cert-status-revoked = Gesperrt
adm-cert-filter-status-revoked = Gesperrt
adm-cert-former = Umbenannt von
adm-cert-revoked = Gesperrt am
adm-cert-use-sign = Signieren
adm-cert-use-encrypt = Verschlüsseln
adm-cert-use-both = Signieren und Verschlüsseln
adm-cert-for = Für
adm-cert-primary-sign = Signiert
adm-cert-primary-encrypt = Verschlüsselt
adm-cert-primary-both = Signiert und verschlüsselt
adm-cert-not-primary = Nicht benutzt
adm-cert-replaced = Ersetzt
adm-cert-address = Adresse
adm-cert-col-status = Zustand
adm-cert-col-primary = Benutzt für
adm-cert-col-custody = Schlüssel
adm-cert-ends = Endet
adm-cert-begins = Beginnt
adm-cert-issuer = Aussteller
adm-cert-algorithm = Art des Schlüssels
adm-cert-serial = Seriennummer
adm-cert-addresses = Adressen darin
adm-cert-source = Eingetragen
adm-cert-source-value = { $date } ({ $source })
adm-cert-source-upload = hochgeladen
adm-cert-source-issued = hier ausgestellt
adm-cert-source-personal = aus dem Schlüsselbund des Besitzers
adm-cert-fingerprint = Fingerabdruck (SHA-256)
adm-cert-custody = Wer den Schlüssel hat
adm-cert-custody-agent = Hier verwahrt
adm-cert-custody-agent-text = Der Schlüsseldienst dieses Servers hat ihn versiegelt: zum Signieren und Entschlüsseln im Mailfluss, den diese Installation noch nicht hat. Bis dahin kann sein Inhaber nicht lesen, was dafür verschlüsselt ist; darum nimmt der Webclient der Kollegen es dafür nicht. Heraus bekommt den Schlüssel niemand, auch Sie nicht.
adm-cert-custody-user = Beim Besitzer
adm-cert-custody-user-text = Nur der Besitzer hat den Schlüssel, im Browser oder Mailprogramm. Dieser Server verschlüsselt an das Zertifikat, kann damit aber weder signieren noch entschlüsseln.
adm-cert-custody-none = Ohne Schlüssel
adm-cert-custody-none-text = Ein Zertifikat allein: um an diese Person zu verschlüsseln und ihren Signaturen zu glauben.
adm-cert-history = { $n ->
    [one] Ein weiteres dieser Adresse
   *[other] { $n } weitere dieser Adresse
  }
adm-cert-history-line = { $from } bis { $until }
adm-cert-look = Ansehen
adm-cert-open = { $what } ansehen
adm-cert-download = Zertifikat
adm-cert-add = Zertifikat eintragen
adm-cert-add-yes = Eintragen
adm-cert-add-file = Datei: { $file }
adm-cert-added = { $n ->
    [one] Für { $what } eingetragen
   *[other] { $n } Zertifikate für { $what } eingetragen
  }
adm-cert-address-hint = Ein Postfach dieser Organisation oder jemand außerhalb. Das Zertifikat muss die Adresse nennen.
adm-cert-address-wrong = Eine Adresse sieht so aus: name@example.com.
adm-cert-file = Datei
adm-cert-file-hint = PKCS#12 (.p12, .pfx) mit dem Schlüssel oder ein Zertifikat allein (.pem, .cer). Sie können sie auch auf die Seite ziehen.
adm-cert-file-large = Die Datei ist größer, als ein Zertifikat sein kann (256 KB).
adm-cert-passphrase = Kennwort der Datei
adm-cert-passphrase-hint = Es geht mit der Datei zum Schlüsseldienst und wird nirgends aufgehoben.
adm-cert-usage = Benutzen für
adm-cert-usage-auto = Alles, was es kann
adm-cert-usage-hint = Mehr als das Zertifikat selbst erlaubt, geht nicht.
adm-cert-primary = In Gebrauch nehmen
adm-cert-primary-auto = Wo noch keines benutzt wird
adm-cert-primary-no = Jetzt nicht
adm-cert-primary-hint = Je Adresse signiert ein Zertifikat, und an eines wird verschlüsselt. Die anderen bleiben, um ältere Mail zu lesen.
adm-cert-make-primary = In Gebrauch nehmen
adm-cert-make-primary-text = Von jetzt an wird es für { $what } benutzt. Das bisherige bleibt eingetragen: ältere Mail wird damit gelesen.
adm-cert-make-primary-yes = In Gebrauch nehmen
adm-cert-made-primary = Ab der nächsten Mail in Gebrauch
adm-cert-remove = Dieses Zertifikat entfernen?
adm-cert-remove-act = Entfernen…
adm-cert-remove-yes = Entfernen
adm-cert-removed = Entfernt
adm-cert-remove-plain = Für { $what } wird nichts mehr daran verschlüsselt. Es kann wieder eingetragen werden.
adm-cert-remove-shared = Sein Schlüssel bleibt, denn ein anderes Zertifikat von { $what } hat denselben.
adm-cert-remove-key = Der versiegelte Schlüssel von { $what } geht mit, für immer. Was an ihn verschlüsselt wurde, ist hier dann nicht mehr lesbar. Soll ältere Mail lesbar bleiben, lassen Sie es stehen: es schadet nicht.
adm-cert-remove-primary = Es wird benutzt. Kein anderes nimmt von selbst seinen Platz ein.

## Das Jahr der Zertifikate
adm-cal-day = { $n ->
    [one] { $date }: ein Zertifikat endet
   *[other] { $date }: { $n } Zertifikate enden
  }
adm-cal-month = { $n ->
    [0] { $month }: keines endet
    [one] { $month }: eines endet
   *[other] { $month }: { $n } enden
  }
adm-cal-more = … und { $n } weitere
adm-cal-show = In der Liste zeigen
adm-cal-choose = Wählen Sie einen hervorgehobenen Tag, um zu sehen, wessen Zertifikate dann enden.
adm-cal-none = Noch nichts in Gebrauch
adm-cal-none-text = Sobald Zertifikate benutzt werden, sehen Sie hier, wann sie enden.
adm-cal-sum = { $n ->
    [0] Keines der benutzten endet in den nächsten zwölf Monaten.
    [one] Eines der benutzten endet in den nächsten zwölf Monaten.
   *[other] { $n } der benutzten enden in den nächsten zwölf Monaten.
  }
adm-cal-expired = { $n ->
    [one] Eines ist schon abgelaufen.
   *[other] { $n } sind schon abgelaufen.
  }
adm-cal-later = { $n ->
    [one] Eines endet später.
   *[other] { $n } enden später.
  }
adm-cal-table = Dasselbe als Tabelle
adm-cal-col-day = Tag
adm-cal-col-count = Zertifikate

## Viele Postfächer auf einmal
adm-mbi-about = Aus einer Tabelle: erst geprüft, dann Zeile für Zeile angelegt.
adm-mbi-text = Eine Zeile für jedes Postfach, bis zu 10.000; die erste Zeile nennt die Spalten, von denen nur address nötig ist. Auch eine bloße Liste von Adressen genügt. licence ist yes oder no. Postfächer, die es schon gibt, bleiben, wie sie sind; sagt ihre Zeile yes, bekommen sie eine Lizenz.
adm-mbi-table = Tabelle
adm-mbi-hint = Fügen Sie sie aus einer Tabellenkalkulation ein, oder öffnen Sie eine Datei. Mit Kommas, Semikolons oder Tabulatoren.
adm-mbi-lines = { $n ->
    [one] Eine Zeile.
   *[other] { $n } Zeilen.
  }
adm-mbi-file = Datei öffnen…
adm-mbi-large = Die Tabelle ist größer als 4 MB. Teilen Sie sie.
adm-mbi-guessed = Die Datei ist nicht in UTF-8 und wurde als Windows-1252 gelesen. Sehen Sie nach, ob Umlaute und Akzente stimmen, bevor Sie weitermachen.
adm-mbi-do = Anlegen
adm-mbi-do-n = { $n ->
    [one] Ein Postfach anlegen
   *[other] { $n } Postfächer anlegen
  }
adm-mbi-give-n = { $n ->
    [one] Eine Lizenz geben
   *[other] { $n } Lizenzen geben
  }
adm-mbi-new = neu
adm-mbi-checking = Wird geprüft: { $n } von { $of }
adm-mbi-doing = Wird angelegt: { $n } von { $of }
adm-mbi-leave-text = Begonnene Zeilen werden fertig, die anderen werden nicht versucht. Sie können dieselbe Tabelle noch einmal bringen.
adm-mbi-cut = { $n ->
    [one] Nach einer Zeile abgebrochen. Was der Bericht zeigt, ist getan; vielleicht auch einige Zeilen dahinter. Bringen Sie dieselbe Tabelle noch einmal: was da ist, wird übergangen.
   *[other] Nach { $n } Zeilen abgebrochen. Was der Bericht zeigt, ist getan; vielleicht auch einige Zeilen dahinter. Bringen Sie dieselbe Tabelle noch einmal: was da ist, wird übergangen.
  }
adm-mbi-stopped = Es ging nicht weiter: { $why } Was getan ist, bleibt getan. Bringen Sie dieselbe Tabelle später noch einmal.
adm-mbi-could = können angelegt werden
adm-mbi-added = angelegt
adm-mbi-already = schon da
adm-mbi-refused = abgelehnt
adm-mbi-not-tried = nicht versucht
adm-mbi-differs = mit anderen Werten da
adm-mbi-could-licence = bekommen eine Lizenz
adm-mbi-licences = haben eine Lizenz bekommen
adm-mbi-missing = ohne die verlangte Lizenz
adm-mbi-licence-could = bekommt eine
adm-mbi-licence-given = gegeben
adm-mbi-licence-there = hat eine
adm-mbi-licence-missing = keine
adm-mbi-why-missing = Das Postfach, aber keine Lizenz: { $why }
adm-mbi-why-missing-already = Keine Lizenz: { $why }
adm-mbi-why-differs = Bleibt, wie es ist; die Tabelle sagt etwas anderes in: { $columns }
adm-mbi-head-unknown = Die Tabelle hat eine Spalte „{ $column }“, die nicht bekannt ist. Bekannt sind: { $columns }.
adm-mbi-head-twice = Die Tabelle hat die Spalte „{ $column }“ zweimal. Jede steht höchstens einmal da: { $columns }.
adm-mbi-head-address = Die Tabelle braucht die Spalte address. Bekannt sind: { $columns }.
adm-mbi-to-list = Zur Liste
adm-mbi-why-invalid-table = Die Zeile hat mehr Zellen, als es Spalten gibt.
adm-mbi-why-invalid-address = Das ist keine Adresse: name@domain.
adm-mbi-why-not-found-address = Ihre Domain gehört nicht zu dieser Organisation.
adm-mbi-why-conflict-row = Eine frühere Zeile hat diese Adresse schon.
adm-mbi-why-invalid-licence = yes oder no; nichts heißt no.
adm-mbi-why-invalid-from = Jede weitere Adresse ist eine Adresse, und nicht die eigene.
adm-mbi-why-forbidden-from = Eine dieser Adressen ist in keiner Domain dieser Organisation.
adm-mbi-why-forbidden-plan = Einen anderen Tarif als den des Vertrags gibt der Betreiber.
adm-mbi-why-not-found-plan = Einen Tarif dieses Namens gibt es nicht.
adm-mbi-why-invalid-name = Ein Name ist eine Zeile von höchstens 200 Zeichen.
adm-mbi-why-invalid-state = active oder suspended.
adm-mbi-why-invalid-outbound-per-hour = Eine ganze Zahl, und nicht mehr, als der Betreiber erlaubt.
adm-mbi-why-invalid-outbound-recipients = Eine ganze Zahl, und nicht mehr, als der Betreiber erlaubt.

## Viele Zertifikate auf einmal
adm-imp-text = Packen Sie eine Tabelle (.csv) und die Dateien, die sie nennt, in ein ZIP-Archiv: bis zu 5.000 Zeilen und 64 MB. Nur address und file sind nötig. Eine Datei ist PKCS#12 mit ihrem Kennwort oder ein Zertifikat allein.
adm-imp-example = Beispiel einer solchen Tabelle
adm-imp-template = Leere Tabelle
adm-imp-choose = Archiv wählen …
adm-imp-hint = Ohne eigenes Kennwort. Die Kennwörter stehen offen darin: löschen Sie es, wenn Sie fertig sind.
adm-imp-large = Das Archiv ist größer als 64 MB. Teilen Sie es.
adm-imp-check = Prüfen
adm-imp-do = Eintragen
adm-imp-do-n = { $n ->
    [one] Eines eintragen
   *[other] { $n } eintragen
  }
adm-imp-checking = Wird geprüft: { $n } von { $of }
adm-imp-doing = Wird eingetragen: { $n } von { $of }
adm-imp-percent = { $n } Prozent
adm-imp-stop = Anhalten
adm-imp-leave = Anhalten und gehen?
adm-imp-leave-text = Die begonnene Zeile wird fertig, die anderen werden nicht versucht. Sie können dasselbe Archiv noch einmal bringen.
adm-imp-leave-yes = Anhalten
adm-imp-cut = { $n ->
    [one] Nach einer Zeile abgebrochen. Was der Bericht zeigt, ist getan; ob auch die nächste Zeile, sagt die Liste. Bringen Sie dasselbe Archiv noch einmal: was da ist, wird übergangen.
   *[other] Nach { $n } Zeilen abgebrochen. Was der Bericht zeigt, ist getan; ob auch die nächste Zeile, sagt die Liste. Bringen Sie dasselbe Archiv noch einmal: was da ist, wird übergangen.
  }
adm-imp-stopped = Es ging nicht weiter: { $why } Was getan ist, bleibt getan. Bringen Sie dasselbe Archiv später noch einmal.
adm-imp-report-check = Was aus jeder Zeile würde
adm-imp-report-do = Was aus jeder Zeile wurde
adm-imp-csv = Bericht
adm-imp-filter = Zeilen zeigen
adm-imp-all = Zeilen
adm-imp-could = können eingetragen werden
adm-imp-registered = eingetragen
adm-imp-already = schon eingetragen
adm-imp-already-why = Nichts zu tun
adm-imp-refused = abgelehnt
adm-imp-not-tried = nicht versucht
adm-imp-rows = Zeilen des Berichts
adm-imp-none = Keine solchen Zeilen
adm-imp-row-n = Zeile { $n }
adm-imp-col-row = Zeile
adm-imp-col-address = Adresse
adm-imp-col-file = Datei
adm-imp-col-result = Ergebnis
adm-imp-col-why = Grund
adm-imp-in-column = Spalte „{ $column }“: { $why }
adm-imp-unused = { $n ->
    [one] Eine Datei, die keine Zeile nennt:
   *[other] Dateien, die keine Zeile nennt ({ $n }):
  }
adm-err-wrong-passphrase = Das Kennwort ist falsch.
adm-err-key-agent-unavailable = Der Dienst, der die Schlüssel der Organisation verwahrt, ist nicht erreichbar.
adm-why-invalid-address = Das Zertifikat gehört zu einer anderen Adresse, oder die Adresse ist nicht von hier.
adm-why-invalid-key = Der Schlüssel ist zu schwach: RSA braucht mindestens 2048 Bit.
adm-why-conflict-key = Derselbe Schlüssel gehört schon zu einem anderen Postfach.
adm-why-invalid-algorithm = Das Zertifikat ist mit SHA-1 oder MD5 signiert, was sich fälschen lässt.
adm-why-invalid-usage = Das Zertifikat ist nicht für Mail, oder nicht für diesen Zweck.
adm-why-invalid-ca = Das ist das Zertifikat einer Zertifizierungsstelle, nicht eines Postfachs.
adm-why-invalid-validity = Das Zertifikat ist abgelaufen oder noch nicht gültig.
adm-why-conflict-certificate = Dieses Zertifikat ist schon eingetragen.
adm-why-too-large-certificate = Die Adresse hat zu viele Zertifikate.
adm-why-not-found-account = Es gibt kein solches Postfach.
adm-why-not-found-file = Diese Datei ist nicht im Archiv.
adm-why-damaged-file = Die Datei ist beschädigt oder keine der erwarteten Art.
adm-why-unsupported-file = Diese Form der Datei wird nicht unterstützt.
adm-why-no-certificate-file = Zum Schlüssel in der Datei gehört kein Zertifikat.
adm-why-invalid-table = Die Tabelle lässt sich so nicht lesen: Ihre erste Zeile nennt die Spalten, jede einmal.
adm-why-invalid-passphrase = Zu dieser Datei gehört kein Kennwort: sie enthält keinen Schlüssel.
adm-why-invalid-primary = Dafür ist das Zertifikat nicht.
adm-why-invalid-custody = So kann der Schlüssel nicht verwahrt werden.

## Rules
adm-place-rules = Regeln
adm-place-simulate = Simulieren
adm-place-mail = Mails
adm-rules-text = Für jeden Empfänger wird eine Regel ausgeführt: von den passenden die erste in dieser Reihenfolge. Was sie offen lässt, kommt von der nächsten, dann aus den Vorgaben.
adm-rules-reach = Regeln erreichen Mail, die im Webclient geschrieben und gelesen wird. Für Mail anderer Programme braucht es das Gateway, das noch nicht Teil dieser Installation ist.
adm-rules-tab-list = Regeln
adm-rules-tab-lists = Listen, Vorgaben, Betreffwörter
adm-rules-find = Regel suchen…
adm-rules-more = … und { $n } weitere darunter
adm-rules-none = Noch keine Regeln
adm-rules-none-text = Ohne Regeln gelten die Vorgaben: Mails werden signiert, wo das geht, entschlüsselt und geprüft.
adm-rules-draft = Entwurf
adm-rules-changes = { $n ->
    [one] Eine Änderung
   *[other] { $n } Änderungen
  }
adm-rules-not-yet = im Entwurf, noch nicht in Kraft.
adm-rules-undo = Letzte Änderung zurücknehmen
adm-rules-discard = Verwerfen
adm-rules-discard-title = Entwurf verwerfen?
adm-rules-discard-text = { $n ->
    [one] Eine Änderung geht verloren.
   *[other] { $n } Änderungen gehen verloren.
  }
adm-rules-try = Ausprobieren
adm-rules-publish = Veröffentlichen
adm-rules-publish-title = Diese Änderungen veröffentlichen?
adm-rules-publish-text = { $n ->
    [one] Eine Änderung gilt ab der nächsten Nachricht.
   *[other] { $n } Änderungen gelten ab der nächsten Nachricht.
  }
adm-rules-publish-warnings = { $n ->
    [one] Zu diesen Regeln gibt es eine Warnung; sie steht bei der Regel.
   *[other] Zu diesen Regeln gibt es { $n } Warnungen; sie stehen bei den Regeln.
  }
adm-rules-published = Veröffentlicht. Es gilt ab der nächsten Nachricht.
adm-rules-part-datasets = Listen
adm-rules-part-defaults = Vorgaben
adm-rules-part-triggers = Wörter im Betreff
adm-rules-conflict = { $who } hat am { $when } Regeln veröffentlicht, nachdem Sie begonnen haben. Nichts ist verloren: Sehen Sie, was geändert wurde, und wählen Sie, wo beide dasselbe geändert haben.
adm-rules-conflict-theirs = Nur dort geändert: bleibt
adm-rules-conflict-both = Von beiden geändert
adm-rules-keep-theirs = Deren Fassung
adm-rules-keep-mine = Ihre Fassung
adm-rules-take-over = In meinen Entwurf übernehmen
adm-becomes = wird zu

## A rule
adm-rule-new = Neue Regel
adm-rule-new-title = Neue Regel
adm-rule-edit-title = Regel
adm-rule-back = Zurück zu den Regeln
adm-rule-name = Name
adm-rule-priority = Priorität (1 ist zuerst)
adm-rule-priority-of = Priorität von { $name }
adm-rule-enabled = In Gebrauch
adm-rule-enable = { $name }: in Gebrauch
adm-rule-off = ausgeschaltet
adm-rule-who = Wessen Mail
adm-rule-from = Von
adm-rule-to = An
adm-rule-from-hint = Adressen, Domains, *.domain für deren Unterdomains, Listen. Mehrere sind möglich; die genaueste passende zählt.
adm-rule-to-hint = Für wen die Mail ist: Jeder Empfänger wird für sich entschieden.
adm-rule-exclude-from = Nicht von
adm-rule-exclude-to = Nicht an
adm-rule-exclude-hint = Wer hier steht, auf den passt diese Regel nie.
adm-rule-exceptions = Ausnahmen
adm-rule-bidirectional = In beiden Richtungen: auch wenn die Mail von „An“ nach „Von“ geht
adm-rule-filter = Nur Mails, die…
adm-rule-what = Was geschieht
adm-rule-modes = Wie es angegeben wird
adm-rule-by-level = Nach Stufe
adm-rule-by-box = Vier Kästchen
adm-rule-fine = Jedes Feld einzeln
adm-rule-fine-hint = Ein nicht festgelegtes Feld bleibt der nächsten passenden Regel überlassen, dann den Vorgaben.
adm-rule-note = Notiz
adm-rule-note-hint = Für die Verwaltung, und für alle, die beim Schreiben auf eine Forderung dieser Regel stoßen. Sie wird nie ausgewertet.
adm-rule-keep = In den Entwurf übernehmen
adm-rule-delete = Regel löschen
adm-rule-leave-title = Ohne Übernehmen verlassen?
adm-rule-leave-text = Ihre Änderungen an dieser Regel stehen noch nicht im Entwurf.
adm-rule-leave = Verlassen
adm-rule-removed = „{ $name }“ wurde aus dem Entwurf gelöscht.
adm-rule-remove = { $name } löschen
adm-rule-copy = { $name } duplizieren
adm-rule-copy-name = Kopie von { $name }
adm-rule-up = { $name } nach oben
adm-rule-down = { $name } nach unten
adm-rule-drag = Ziehen: zwischen zwei, um dort allein zu stehen, auf eine, um ihre Priorität zu teilen
adm-rule-keys = Alt mit Pfeil auf oder ab verschiebt die Regel, Alt mit Pos1 oder Ende an die Enden, Entf löscht sie.
adm-rule-moved = { $name }: Platz { $place } von { $of }, Priorität { $priority }
adm-rule-band = Priorität { $n }
adm-rule-band-several = { $n } Regeln teilen diese Priorität: Die genauere geht vor, dann die neuere.
adm-rule-mark-new = neu
adm-rule-mark-changed = geändert
adm-rule-mark-gone = gelöscht
adm-rule-arrow = an
adm-rule-arrow-both = in beiden Richtungen mit
adm-rule-one-way = Absender: { $from }. Empfänger: { $to }.
adm-rule-both-ways = Absender und Empfänger: { $from } und { $to }, in beiden Richtungen.
adm-rule-except = Ausgenommen: { $list }.
adm-rule-when = Nur wenn { $filter }:
adm-rule-does = { $what }.
adm-rule-does-nothing = nichts wird festgelegt.
adm-rule-member-name = Name
adm-rule-member-note = Notiz
adm-rule-member-priority = Priorität
adm-rule-member-enabled = In Gebrauch
adm-rule-member-bidirectional = In beiden Richtungen
adm-rule-member-from = Von
adm-rule-member-to = An
adm-rule-member-exclude-from = Nicht von
adm-rule-member-exclude-to = Nicht an
adm-rule-member-filter = Nur Mails, die
adm-rule-member-outbound = Ausgehend
adm-rule-member-inbound = Eingehend
adm-rule-warning-hidden = Zählt nie, sie ist verdeckt von
adm-rule-warning-disabled = Sie ist ausgeschaltet.
adm-rule-warning-sets-nothing = Sie legt nichts fest: weder signieren, verschlüsseln, entschlüsseln noch prüfen.
adm-rule-warning-matches-nobody = Greift nie: Eine Seite nennt niemanden.
adm-rule-warning-dataset-missing = Greift nie: Eine Seite nennt nur Listen, die es nicht gibt.
adm-rule-warning-dataset-empty = Greift nie: Eine Seite nennt nur leere Listen.
adm-rule-warning-all-excluded = Greift nie: Ihre Ausnahmen nehmen alles, was auf sie passt.
adm-rule-warning-filter-never = Greift nie: Ihre Bedingung kann nicht zutreffen.
adm-rule-warning-wrong-way = Bewirkt nie etwas: Mails, auf die sie passt, gehen nicht in die Richtung, um die es ihr geht.
adm-rule-warning-cannot-sign = Verlangt Signaturen, und zu { $count } von { $of } Postfächern kennt der Server keinen Schlüssel zum Signieren ({ $first }). Schlüssel, die jemand nur im Browser hat, sind hier nicht bekannt; sie zählen beim Schreiben. Was nicht signiert ist, wird abgelehnt.
adm-rule-warning-cannot-encrypt = Verlangt Verschlüsselung, und an { $count } von { $of } Postfächern kann nicht verschlüsselt werden ({ $first }). Mail an sie wird abgelehnt.
adm-rule-warning-cannot-open = Verlangt Entschlüsselung, und die Mail von { $count } von { $of } Postfächern kann nicht geöffnet werden ({ $first }).
adm-rule-warning-browser-signs = Verlangt Signaturen, und die Schlüssel von { $count } von { $of } Postfächern liegen nur in deren Browsern ({ $first }): Was dort nicht signiert wird, wird abgelehnt.
adm-rule-warning-browser-opens = Verlangt Entschlüsselung, und die Schlüssel von { $count } von { $of } Postfächern liegen nur in deren Browsern ({ $first }): Der Server kann ihre Mail nicht öffnen.
adm-rule-warning-unknown = Es gibt eine Warnung, die diese Seite nicht kennt.
adm-rule-warning-accounts = Zeigen

## Who is meant
adm-sel-any = alle
adm-sel-managed = Ihre Organisation
adm-sel-external = Außenstehende
adm-sel-wildcard = Unterdomains von { $domain }
adm-sel-dataset = Liste { $name }
adm-sel-nobody = niemand
adm-sel-more = { $list } und { $n } weitere
adm-sel-needed = Hier muss jemand genannt werden.
adm-sel-placeholder = Adresse, Domain, Liste…
adm-sel-remove = { $what } entfernen
adm-sel-class-any = Alle. Am wenigsten genau: Jede andere Angabe geht vor.
adm-sel-class-external = Wer in keiner Domain Ihrer Organisation ist.
adm-sel-class-managed = Alle Postfächer in Domains Ihrer Organisation. So genau wie eine Domain.
adm-sel-class-wildcard = Deren Unterdomains in jeder Tiefe, nicht die Domain selbst.
adm-sel-class-domain = Genau diese Domain, ohne Unterdomains.
adm-sel-class-dataset = Adressen und Domains der Liste. Genauer als eine Domain.
adm-sel-class-address = Genau diese Adresse. Am genauesten.
adm-sel-fault-empty = Es ist nichts angegeben.
adm-sel-fault-blank = „{ $text }“ enthält ein Leerzeichen.
adm-sel-fault-at = „{ $text }“ ist keine Adresse.
adm-sel-fault-wildcard = „{ $text }“: Ein Stern steht allein oder vor einer Domain, wie in *.example.com.
adm-sel-fault-word = „{ $text }“: Mit @ am Anfang gibt es nur @managed und @external.
adm-sel-fault-domain = „{ $text }“ ist weder Adresse noch Domain.
adm-sel-fault-dataset = „{ $text }“: Diese Liste gibt es nicht.
adm-sel-fault-long = Das ist zu lang.

## What is done
adm-field-sign = Signieren
adm-field-encrypt = Verschlüsseln
adm-field-decrypt = Entschlüsseln
adm-field-validate = Prüfen
adm-field-on-partial = Mehrere Empfänger
adm-level-sign-inherit = Signieren: nicht festgelegt
adm-level-sign-off = nicht signieren
adm-level-sign-on = signieren, wenn möglich
adm-level-sign-require = Signatur verlangt
adm-level-encrypt-inherit = Verschlüsseln: nicht festgelegt
adm-level-encrypt-off = nicht verschlüsseln
adm-level-encrypt-on = verschlüsseln, wenn möglich
adm-level-encrypt-require = Verschlüsselung verlangt
adm-level-decrypt-inherit = Entschlüsseln: nicht festgelegt
adm-level-decrypt-off = nicht entschlüsseln
adm-level-decrypt-on = entschlüsseln, wenn möglich
adm-level-decrypt-always = ablehnen, was sich nicht entschlüsseln lässt
adm-level-decrypt-force = auch Klartext ablehnen
adm-level-validate-inherit = Prüfen: nicht festgelegt
adm-level-validate-off = nicht prüfen
adm-level-validate-on = prüfen und das Ergebnis nennen
adm-level-validate-require = nur gültig Signiertes zustellen
adm-level-on-partial-inherit = Mehrere Empfänger: nicht festgelegt
adm-level-on-partial-split = an die zustellen, bei denen es geht
adm-level-on-partial-all-or-none = an alle oder an niemanden
adm-effect-out = Ausgehend: { $what }
adm-effect-in = Eingehend: { $what }
adm-preset-out = Ausgehende Mail
adm-preset-in = Eingehende Mail
adm-preset-own = Was unten eingestellt ist, entspricht keiner dieser Stufen.
adm-preset-out-not-defined = nicht festgelegt
adm-preset-out-not-defined-hint = Der nächsten passenden Regel überlassen.
adm-preset-out-none = kein S/MIME
adm-preset-out-none-hint = Weder signiert noch verschlüsselt.
adm-preset-out-sign-only = nur signieren
adm-preset-out-sign-only-hint = Signiert, wenn möglich, nie verschlüsselt.
adm-preset-out-optional = optionale Verschlüsselung
adm-preset-out-optional-hint = Signiert und verschlüsselt, wo es geht, sonst gesendet wie sie ist.
adm-preset-out-enforce = erzwungene Verschlüsselung
adm-preset-out-enforce-hint = Signiert und verschlüsselt, oder gar nicht gesendet.
adm-preset-in-not-defined = nicht festgelegt
adm-preset-in-not-defined-hint = Der nächsten passenden Regel überlassen.
adm-preset-in-do-not-decrypt = nicht entschlüsseln
adm-preset-in-do-not-decrypt-hint = Verschlüsselt zugestellt, wie sie kam.
adm-preset-in-optional = optionale Entschlüsselung
adm-preset-in-optional-hint = Entschlüsselt, wenn möglich, sonst verschlüsselt zugestellt.
adm-preset-in-always = immer entschlüsseln
adm-preset-in-always-hint = Was sich nicht entschlüsseln lässt, wird abgelehnt; Klartext geht durch.
adm-preset-in-force = Verschlüsselung erzwingen
adm-preset-in-force-hint = Auch Klartext wird abgelehnt.
adm-boxes = Was geschieht, wenn möglich
adm-boxes-hint = Ein Häkchen heißt „wenn möglich“, ein leeres Kästchen „nie“; keines der vier bleibt einer anderen Regel überlassen.
adm-boxes-more = Die Regel sagt mehr oder weniger, als vier Kästchen können. Es bleibt so, bis Sie eines anklicken: Dann ist an, was angekreuzt ist, und aus, was nicht.

## Conditions
adm-filter-none = Keine Bedingung: alle Mails zwischen den oben Genannten.
adm-filter-first = Bedingung hinzufügen
adm-filter-add = Bedingung
adm-filter-add-group = Gruppe
adm-filter-negate = Verneinen
adm-filter-remove = Bedingung entfernen
adm-filter-remove-group = Gruppe entfernen
adm-filter-unwrap = Auflösen
adm-filter-condition = Bedingung
adm-filter-group = Art der Gruppe
adm-filter-group-all = alle treffen zu
adm-filter-group-any = eine trifft zu
adm-filter-group-not = dies trifft nicht zu
adm-filter-field = Feld
adm-filter-op = Vergleich
adm-filter-value = Wert
adm-filter-list = Liste
adm-filter-choose = Liste wählen
adm-filter-gone = { $name } (fehlt)
adm-filter-bytes = Byte
adm-filter-subject = Betreff
adm-filter-from = Absender
adm-filter-to = Empfänger
adm-filter-size = Größe
adm-filter-has-attachment = Anhang
adm-filter-header-any = Kopfzeile
adm-filter-header = Kopfzeile { $name }
adm-filter-header-name = Name der Kopfzeile
adm-filter-attached = sie einen Anhang hat
adm-filter-unattached = sie keinen Anhang hat
adm-filter-op-equals = ist
adm-filter-op-contains = enthält
adm-filter-op-gt = ist über
adm-filter-op-lt = ist unter
adm-filter-op-in-dataset = steht in der Liste
adm-filter-op-contains-word-of = enthält ein Wort der Liste
adm-filter-say-equals = { $field } „{ $value }“ ist
adm-filter-say-contains = { $field } „{ $value }“ enthält
adm-filter-say-gt = { $field } über { $value } ist
adm-filter-say-lt = { $field } unter { $value } ist
adm-filter-say-in-dataset = { $field } in der Liste { $value } steht
adm-filter-say-contains-word-of = { $field } ein Wort der Liste { $value } enthält
adm-filter-say-not = nicht: { $part }
adm-filter-and = und
adm-filter-or = oder
adm-filter-always = immer
adm-filter-never = nie
adm-filter-fault-value = Hier muss etwas stehen.
adm-filter-fault-dataset = Diese Liste gibt es nicht.
adm-filter-fault-header = Das ist kein Name einer Kopfzeile.
adm-filter-fault-number = Gefragt ist eine Zahl von Byte.

## Lists, defaults, words in the subject
adm-lists = Listen
adm-lists-text = Adressen, Domains oder Wörter unter einem Namen, für die Seiten und Bedingungen von Regeln.
adm-lists-none = Noch keine Listen
adm-list-new = Neue Liste
adm-list-edit = Liste
adm-list-edit-short = Bearbeiten
adm-list-edit-of = Liste { $name } bearbeiten
adm-list-keep = In den Entwurf übernehmen
adm-list-name = Name
adm-list-name-blank = Ein Name hat keine Leerzeichen.
adm-list-name-taken = Eine andere Liste heißt so.
adm-list-entries = Einträge
adm-list-entries-hint = Je Zeile eine Adresse, eine Domain oder ein Wort. Es dürfen auch Tausende eingefügt werden.
adm-list-count = { $n ->
    [one] ein Eintrag
   *[other] { $count } Einträge
  }
adm-list-used = { $n ->
    [one] in einer Regel verwendet
   *[other] in { $n } Regeln verwendet
  }
adm-list-remove = Löschen
adm-list-remove-title = Diese Liste löschen?
adm-list-remove-of = Liste { $name } löschen
adm-list-remove-used = { $n ->
    [one] „{ $name }“ wird in einer Regel verwendet, die dann vielleicht nie greift.
   *[other] „{ $name }“ wird in { $n } Regeln verwendet, die dann vielleicht nie greifen.
  }
adm-list-removed = Die Liste „{ $name }“ wurde aus dem Entwurf gelöscht.
adm-defaults = Vorgaben
adm-defaults-text = Was gilt, wo keine passende Regel etwas sagt.
adm-default-builtin = Eingebaut: { $level }
adm-triggers = Wörter im Betreff
adm-triggers-text = Wer das in den Betreff schreibt, wünscht es: Die Mail wird dann signiert oder verschlüsselt, oder nicht gesendet. Der Text wird vorher entfernt.
adm-trigger-sign = Signieren, wenn der Betreff enthält
adm-trigger-encrypt = Verschlüsseln, wenn der Betreff enthält

## Why
adm-why-fields = Feld für Feld
adm-why-field = Feld
adm-why-level = Stufe
adm-why-by = Festgelegt von
adm-why-result = Was geschah
adm-why-not-reached = nicht erreicht
adm-why-trace = Regel für Regel ({ $n })
adm-why-rest = { $n ->
    [one] Eine Regel passt nicht oder ist ausgeschaltet
   *[other] { $n } Regeln passen nicht oder sind ausgeschaltet
  }
adm-why-rule = Ausgeführt wurde die Regel „{ $name }“.
adm-why-no-rule = Keine Regel passt: Es gelten die Vorgaben.
adm-why-relay = Weder Absender noch Empfänger gehören zu dieser Organisation: Hier wird nichts entschieden.
adm-by-default = den Vorgaben
adm-by-user = der Person, die schrieb
adm-by-rule = { $name }
adm-pass-outbound = { $org } sendet
adm-pass-inbound = { $org } empfängt
adm-pass-internal = Innerhalb von { $org }
adm-pass-note-feature-disabled = S/MIME ist für diese Organisation ausgeschaltet: Es geschieht nichts.
adm-pass-note-rules-unavailable = Die Regeln waren nicht lesbar: Die Mail wartet, sie geht nie ungeschützt hinaus.
adm-trace-selected = ausgeführt: Sie ist die erste passende
adm-trace-inherited-from = passt; gab, was die ausgeführte Regel offen lässt
adm-trace-outranked = passt, aber eine andere geht vor
adm-trace-no-match = passt nicht auf Absender und Empfänger
adm-trace-excluded = eine ihrer Ausnahmen passt
adm-trace-filter-false = ihre Bedingung trifft nicht zu
adm-trace-transparent = passt, legt aber nichts fest, was hier zählt
adm-trace-disabled = ist ausgeschaltet
adm-trace-unknown = etwas, das diese Seite nicht kennt
adm-act-sign-done = signiert
adm-act-sign-satisfied = war schon signiert
adm-act-sign-none = nicht signiert
adm-act-sign-unavailable = kann nicht signiert werden:
adm-act-sign-deferred = Signieren wartet:
adm-act-sign-refused = abgelehnt:
adm-act-sign-reported = signiert
adm-act-sign-unknown = unbekannt
adm-act-encrypt-done = verschlüsselt
adm-act-encrypt-satisfied = war schon verschlüsselt
adm-act-encrypt-none = nicht verschlüsselt
adm-act-encrypt-unavailable = kann nicht verschlüsselt werden:
adm-act-encrypt-deferred = Verschlüsseln wartet:
adm-act-encrypt-refused = abgelehnt:
adm-act-encrypt-reported = verschlüsselt
adm-act-encrypt-unknown = unbekannt
adm-act-decrypt-done = entschlüsselt
adm-act-decrypt-satisfied = war schon Klartext
adm-act-decrypt-none = nichts zu entschlüsseln
adm-act-decrypt-unavailable = kann nicht entschlüsselt werden:
adm-act-decrypt-deferred = Entschlüsseln wartet:
adm-act-decrypt-refused = abgelehnt:
adm-act-decrypt-reported = entschlüsselt
adm-act-decrypt-unknown = unbekannt
adm-act-validate-done = geprüft:
adm-act-validate-satisfied = geprüft:
adm-act-validate-none = nicht geprüft:
adm-act-validate-unavailable = kann nicht geprüft werden:
adm-act-validate-deferred = Prüfen wartet:
adm-act-validate-refused = abgelehnt:
adm-act-validate-reported = geprüft:
adm-act-validate-unknown = unbekannt
adm-why-ok = alles in Ordnung
adm-why-off = durch die Stufe ausgeschaltet
adm-why-user-declined = wer schrieb, sagte nein
adm-why-already-encrypted = sie ist schon verschlüsselt
adm-why-already-signed = sie ist schon signiert
adm-why-feature-lapsed = der Tarif der Organisation ist abgelaufen
adm-why-no-account = das Postfach ist nicht angelegt
adm-why-licence-revoke-pending = die Lizenz des Postfachs wird zurückgegeben: Es entschlüsselt nur noch
adm-why-licence-inactive = das Postfach hat keine Lizenz
adm-why-no-certificate = es gibt kein Zertifikat dafür
adm-why-not-primary = kein Zertifikat ist als primär markiert
adm-why-cert-revoked = das Zertifikat wurde gesperrt
adm-why-cert-expired = das Zertifikat ist abgelaufen
adm-why-cert-not-yet-valid = das Zertifikat gilt noch nicht
adm-why-cert-untrusted = niemand Vertrauenswürdiges bürgt für das Zertifikat
adm-why-alg-unsupported = die Schlüsselart des Zertifikats wird nicht unterstützt
adm-why-key-user-held = der Schlüssel liegt nur im Browser des Besitzers
adm-why-no-key = es gibt keinen Schlüssel dafür
adm-why-not-for-recipient = sie ist verschlüsselt, aber nicht für diesen Empfänger
adm-why-recipient-revoke-pending = die Lizenz des Empfängers wird zurückgegeben
adm-why-recipient-inactive = der Empfänger hat keine Lizenz
adm-why-revocation-unknown = ob das Zertifikat gesperrt wurde, ist nicht bekannt
adm-why-not-encrypted = sie kam als Klartext
adm-why-same-pass = sie wurde eben erst innerhalb der Organisation verschlüsselt
adm-why-cipher-refused = ihr Verfahren ist zu schwach oder unbekannt
adm-why-tampered = sie wurde unterwegs verändert
adm-why-null-sender-exempt = Berichte von Mailservern sind ausgenommen
adm-why-opaque = sie ist noch verschlüsselt, es ist nichts zu sehen
adm-why-unsigned = sie ist nicht signiert
adm-why-valid = die Signatur ist gültig
adm-why-corrupt = die Signatur passt nicht zum Text
adm-why-untrusted = niemand Vertrauenswürdiges bürgt für den Unterzeichner
adm-why-expired = das Zertifikat des Unterzeichners ist abgelaufen
adm-why-revoked = das Zertifikat des Unterzeichners wurde gesperrt
adm-why-mismatch = der Unterzeichner ist nicht der Absender
adm-why-unknown = ein Grund, den diese Seite nicht kennt
adm-outcome-deliver = Zugestellt.
adm-outcome-deliver-done = Zugestellt: { $what }.
adm-outcome-deliver-plain = Zugestellt, wie sie ist.
adm-outcome-reject = Abgelehnt:
adm-outcome-defer = Muss warten:
adm-outcome-quarantine = In Quarantäne:
adm-outcome-held-reject = Abgelehnt, weil sie an alle oder niemanden geht und ein anderer Empfänger nicht bedient werden konnte.
adm-outcome-held-defer = Muss warten, weil sie an alle oder niemanden geht und ein anderer Empfänger wartet.
adm-outcome-held-quarantine = Mit der eines anderen Empfängers in Quarantäne.
adm-outcome-held-deliver = Zugestellt.
adm-done-signed = signiert
adm-done-encrypted = verschlüsselt
adm-done-decrypted = entschlüsselt
adm-done-validated = geprüft
adm-done-signed-skipped = nicht signiert
adm-done-encrypted-skipped = nicht verschlüsselt
adm-done-decrypted-skipped = nicht entschlüsselt
adm-status-2-0-0 = Status 2.0.0: zugestellt.
adm-status-5-7-3 = Status 5.7.3: Schutz ist verlangt und nicht möglich.
adm-status-5-7-6 = Status 5.7.6: Ein Schlüssel oder Verfahren wird nicht unterstützt.
adm-status-5-7-5 = Status 5.7.5: Angaben zu einem Schlüssel oder Zertifikat fehlen oder sind falsch.
adm-status-5-7-7 = Status 5.7.7: Der Inhalt wurde verändert.
adm-status-5-7-1 = Status 5.7.1: Klartext oder Unsigniertes wird abgelehnt.
adm-status-4-7-5 = Status 4.7.5: Ob ein Zertifikat gesperrt wurde, ist nicht bekannt; es wird wieder versucht.
adm-status-4-3-0 = Status 4.3.0: Die Regeln waren nicht lesbar; es wird wieder versucht.
adm-status-unknown = Ein Status, den diese Seite nicht kennt.
adm-direction-relay = geht vorbei
adm-direction-outbound = ausgehend
adm-direction-inbound = eingehend
adm-direction-internal = intern
adm-direction-outbound-inbound = an eine andere Organisation hier
adm-direction-unknown = unbekannt
adm-stored-plain = Im Postfach als Klartext gespeichert.
adm-stored-encrypted = Im Postfach verschlüsselt gespeichert.
adm-copy-plain = Eine Kopie, weder signiert noch verschlüsselt, geht an { $who }.
adm-copy-signed = Eine signierte Kopie geht an { $who }.
adm-copy-encrypted = Eine verschlüsselte Kopie geht an { $who }.
adm-copy-both = Eine signierte und verschlüsselte Kopie geht an { $who }.
adm-report-smtp-reject = Wer sendet, erfährt es sofort ({ $status }): { $who }{ $to }
adm-report-dsn = { $to } bekommt einen Bericht ({ $status }) zu { $who }.
adm-report-quarantine = Geht in Quarantäne ({ $status }): { $who }{ $to }
adm-report-defer = Wird später wieder versucht ({ $status }): { $who }{ $to }
adm-report-unknown = Ein Bericht, den diese Seite nicht kennt ({ $status }): { $who }{ $to }

## Simulate
adm-sim-text = Beschreiben Sie eine Mail und sehen Sie, was die Regeln daraus machen, und warum. Nichts wird gesendet, nichts geändert.
adm-sim-way = Woher sie kommt
adm-sim-way-ours = Von Ihren Leuten
adm-sim-way-ours-hint = Angemeldet, mit eigener Adresse.
adm-sim-way-outside = Von außen
adm-sim-way-outside-hint = Was auch immer im Von steht.
adm-sim-from = Von
adm-sim-to = An
adm-sim-to-hint = Mehrere sind möglich, mit Kommas dazwischen.
adm-sim-cc = Kopie
adm-sim-bcc = Blindkopie
adm-sim-subject-field = Betreff
adm-sim-wish-sign = Schreiber sagt: signieren
adm-sim-wish-encrypt = Schreiber sagt: verschlüsseln
adm-sim-wish-none = nichts
adm-sim-auth = Absenderprüfung
adm-sim-auth-unknown = nicht bekannt
adm-sim-auth-pass = bestanden
adm-sim-auth-fail = nicht bestanden
adm-sim-protection = Schon signiert oder verschlüsselt
adm-sim-encrypted = Sie ist verschlüsselt
adm-sim-for = Für diese Zertifikate
adm-sim-for-hint = Fingerabdrücke, wie die Seite der Zertifikate sie zeigt.
adm-sim-cipher = Verfahren
adm-sim-tampered = Sie wurde unterwegs verändert
adm-sim-inner = Signatur darin
adm-sim-signed = Signatur
adm-sim-unsigned = keine
adm-sim-more = Mehr dazu
adm-sim-size = Größe in Byte
adm-sim-attachment = Sie hat einen Anhang
adm-sim-headers = Kopfzeilen
adm-sim-header-add = Kopfzeile
adm-sim-header-remove = Kopfzeile entfernen
adm-sim-null = Ohne Rückadresse (leerer Absender)
adm-sim-report = Bericht eines Mailservers (multipart/report)
adm-sim-run = Simulieren
adm-sim-clear = Leeren
adm-sim-none = Noch nichts simuliert
adm-sim-none-text = Absender und Empfänger genügen. Eine verarbeitete Mail lässt sich am Platz „Mails“ übernehmen.
adm-sim-live = Geltende Regeln
adm-sim-draft = Ihr Entwurf
adm-sim-differs = anders
adm-sim-changed = { $n ->
    [one] Mit Ihrem Entwurf ist für einen Empfänger etwas anders. Es ist markiert.
   *[other] Mit Ihrem Entwurf ist für { $n } Empfänger etwas anders. Es ist markiert.
  }
adm-sim-same = Mit Ihrem Entwurf wird dasselbe entschieden.
adm-sim-after = Was hinausgeht, und wer es erfährt
adm-sim-subject = Der Betreff wird zu „{ $subject }“.
adm-sim-assumed = Von einer verarbeiteten Mail übernommen. Das Protokoll bewahrt dies nicht auf, bitte ergänzen Sie, was wichtig ist: { $what }.
adm-sim-known-subject = Betreff
adm-sim-known-size = Größe
adm-sim-known-has-attachment = Anhang
adm-sim-known-headers = Kopfzeilen
adm-sim-known-mail-from = Rückadresse
adm-sim-known-auth = Absenderprüfung
adm-sim-known-encrypted = wie sie verschlüsselt war
adm-sim-fault-from = Gefragt ist eine Adresse.
adm-sim-fault-to = Gefragt sind Adressen von Empfängern.
adm-sim-fault-cc = Das ist keine Adresse.
adm-sim-fault-bcc = Das ist keine Adresse.
adm-sim-fault-size = Gefragt ist eine Zahl von Byte.

## Processed mail
adm-mail-text = Was über jede Nachricht entschieden wurde, und warum. Betreff und Inhalt werden nicht aufbewahrt.
adm-mail-refresh = Aktualisieren
adm-mail-find = Adresse oder Message-ID
adm-mail-find-hint = pat@partner.example
adm-mail-any = alle
adm-mail-outcome = Ausgang
adm-mail-outcome-deliver = zugestellt
adm-mail-outcome-reject = abgelehnt
adm-mail-outcome-defer = wartet
adm-mail-outcome-quarantine = Quarantäne
adm-mail-direction = Richtung
adm-mail-rule = Regel
adm-mail-no-rule = keine Regel
adm-mail-from-day = Ab
adm-mail-until-day = Bis
adm-mail-null = (Mailserver)
adm-mail-others = und { $n } weitere
adm-mail-why = Warum
adm-mail-why-lost = Die Einzelheiten dieses Eintrags waren zu groß, um aufbewahrt zu werden.
adm-mail-version = Fassung der Regeln
adm-mail-version-now = (jetzt { $n })
adm-mail-source = Geschrieben in
adm-mail-source-web = der Weboberfläche
adm-mail-source-gate = einem Mailprogramm, über das Gateway
adm-mail-again = Mit den Regeln von heute noch einmal simulieren
adm-mail-older = Ältere
adm-mail-all = Alle zeigen
adm-mail-empty = Noch wurde über keine Mail entschieden
adm-mail-empty-text = Sobald jemand in dieser Organisation Mails sendet oder liest, stehen sie hier.
adm-mail-nothing = Nichts passt
adm-mail-nothing-text = Die neuesten 10.000 Nachrichten werden aufbewahrt.

## Ablehnungen
adm-err-storage-full-quota = Keine Lizenz ist mehr frei.
adm-err-not-found-address = Dieses Postfach gibt es nicht, oder seine Domain gehört nicht zu dieser Organisation.
adm-err-conflict-address = Es gibt sie schon, oder jemand hat sie inzwischen geändert, oder es gehört noch etwas dazu.
adm-err-conflict-domain = Diese Domain ist schon zugeordnet, oder sie hat noch Postfächer.
adm-err-not-found-domain = Die Domain ist nicht angemeldet oder zu lange her: melden Sie sie neu an.
adm-err-invalid-outbound-per-hour = Das sind mehr Nachrichten je Stunde, als der Betreiber erlaubt.
adm-err-invalid-outbound-recipients = Das sind mehr Empfänger, als der Betreiber erlaubt.
adm-err-invalid-domain = Das ist keine Maildomain (mit xn-- geschrieben, wo sie andere Buchstaben hat).
adm-err-invalid-address = Das ist keine Adresse: name@domain, in Kleinbuchstaben.
adm-err-invalid-name = Das ist kein Name, mit dem man sich anmeldet.
adm-err-invalid-role = Der letzte Besitzer bleibt es: machen Sie zuerst jemand anderen zum Besitzer.
adm-err-not-found-plan = Einen Tarif dieses Namens gibt es nicht.
adm-err-invalid-plan = Einen Tarif dieses Namens gibt es nicht.
adm-err-feature-disabled-customer = Der Vertrag des Kunden gilt zurzeit nicht.
# --- die eigene Zertifizierungsstelle ---
adm-place-authority = Ausstellen
adm-ca-text = Die Organisation stellt die Zertifikate ihrer Postfächer selbst aus. Die Schlüssel entstehen im Schlüsseldienst und verlassen ihn nie.
adm-ca-none = Noch keine eigene Zertifizierungsstelle
adm-ca-none-text = Mit ihr bekommt jedes Postfach mit Lizenz ein Zertifikat, ohne dass jedes gekauft wird; der Schlüssel liegt hier, für den Mailfluss, den diese Installation noch nicht hat. Für den Webclient stellt jeder selbst einen Antrag (Einstellungen › Sicherheit), und sein Schlüssel bleibt bei ihm. Die eigenen Konten glauben ihr sofort; Partnern muss ihr Zertifikat gegeben werden.
adm-ca-none-owner = Ein Eigentümer dieser Organisation kann eine einrichten.
adm-ca-create = Zertifizierungsstelle einrichten
adm-ca-create-text = Im Schlüsseldienst entsteht ein Schlüssel und dazu ein Zertifikat, das zehn Jahre gilt und für nichts bürgt als für Mailadressen der eigenen Domains. Das lässt sich nicht zurücknehmen, solange ausgestellte Zertifikate noch gelten.
adm-ca-create-yes = Einrichten
adm-ca-kind = Art des Schlüssels
adm-ca-kind-rsa3072 = RSA, 3072 Bit
adm-ca-kind-rsa3072-text = Jedes Mailprogramm kann damit umgehen. Ein Schlüssel braucht etwa eine Sekunde.
adm-ca-kind-p256 = Elliptische Kurve, P-256
adm-ca-kind-p256-text = Klein und schnell; ältere Mailprogramme können dafür nicht verschlüsseln.
adm-ca-kind-p384 = Elliptische Kurve, P-384
adm-ca-title = Die Zertifizierungsstelle
adm-ca-subject = Name
adm-ca-domains = Für die Domains
adm-ca-until = Gilt bis
adm-ca-key = Schlüssel
adm-ca-fingerprint = SHA-256-Fingerabdruck
adm-ca-automatic = Stellt von selbst aus
adm-ca-on = An, bei Lizenz
adm-ca-off = Aus, nur auf Anforderung
adm-ca-automatic-on = Von selbst ausstellen
adm-ca-automatic-off = Nur auf Anforderung ausstellen
adm-ca-automatic-now-on = Ab jetzt wird von selbst ausgestellt
adm-ca-automatic-now-off = Es wird nur noch auf Anforderung ausgestellt
adm-ca-partners = Partner glauben dem Ausgestellten, sobald sie dieses Zertifikat bekommen und seinen Fingerabdruck verglichen haben.
adm-ca-save = Ihr Zertifikat speichern
adm-ca-renew = Ihr Zertifikat erneuern
adm-ca-renew-text = Das Zertifikat wird mit demselben Schlüssel neu ausgestellt, für die heutigen Domains und zehn Jahre. Ausgestelltes gilt weiter. Partner brauchen das neue nur für neue Domains.
adm-ca-renew-new = Neu darin: { $domains }
adm-ca-renew-yes = Erneuern
adm-ca-renewed = Das Zertifikat der Zertifizierungsstelle wurde erneuert
adm-ca-uncovered = Noch nicht in ihrem Zertifikat: { $domains }. Dort kann nichts ausgestellt werden, bevor es erneuert ist.
adm-ca-remove = Zertifizierungsstelle entfernen
adm-ca-remove-text = Ihr Schlüssel und alles Vermerkte werden vergessen; mit ihr wird nichts mehr ausgestellt oder widerrufen. Was sie ausgestellt hat, muss vorher widerrufen sein. Eine letzte Liste des Widerrufenen wird signiert und bleibt dort, wo die Zertifikate sie nennen, bis alle abgelaufen sind.
adm-ca-remove-holds = { $n ->
    [one] Sie lässt sich noch nicht entfernen: Ein Zertifikat, das sie ausgestellt hat, gilt noch. Widerrufen Sie es zuerst.
   *[other] Sie lässt sich noch nicht entfernen: { $n } Zertifikate, die sie ausgestellt hat, gelten noch. Widerrufen Sie diese zuerst.
}
adm-ca-remove-show = { $n ->
    [one] Zertifikat zeigen
   *[other] Zertifikate zeigen
}
adm-ca-former = { $n ->
    [one] Eine Liste einer früheren Zertifizierungsstelle lässt sich noch nachsehen
   *[other] { $n } Listen früherer Zertifizierungsstellen lassen sich noch nachsehen
}
adm-ca-former-until = Signiert am { $at }, bis { $day }
adm-ca-former-key = Schlüssel { $id }
adm-ca-removed = Die Zertifizierungsstelle wurde entfernt
adm-ca-list = Widerrufene Zertifikate
adm-ca-list-current = Aktuell
adm-ca-list-expired = Zu alt
adm-ca-list-none = Fehlt
adm-ca-list-revoked = Auf der Liste
adm-ca-list-at = Veröffentlicht
adm-ca-list-next = Gilt bis
adm-ca-list-url = Adresse der Liste
adm-ca-list-now = Jetzt veröffentlichen
adm-ca-list-done = Die Liste wurde veröffentlicht
adm-ca-issue = Ausstellen und Erneuern
adm-ca-lacking = { $n ->
    [0] Niemandem mit Lizenz fehlt ein Zertifikat
    [one] { $n } Postfach mit Lizenz hat kein Zertifikat
   *[other] { $n } Postfächer mit Lizenz haben kein Zertifikat
}
adm-ca-lacking-text = { $n ->
    [0] Wer eine Lizenz und kein Zertifikat hat, wird hier gezählt.
    [one] Wenn Sie allen ausstellen, bekommt es sofort eines, zum Signieren und Verschlüsseln.
   *[other] Wenn Sie allen ausstellen, bekommen sie sofort eines, zum Signieren und Verschlüsseln.
}
adm-ca-barred-text = Sie bekommen keines zusammen mit allen anderen. Stellen Sie ihnen namentlich aus, wenn das gemeint ist.
adm-ca-barred = { $n ->
    [one] Das letzte Zertifikat eines Postfachs wurde widerrufen
   *[other] Die letzten Zertifikate von { $n } Postfächern wurden widerrufen
}
adm-ca-issue-all = Allen ausstellen
adm-ca-issue-all-text = { $n ->
    [one] Ein Zertifikat wird ausgestellt. Es gilt ein Jahr.
   *[other] { $n } Zertifikate werden ausgestellt. Sie gelten ein Jahr.
}
adm-ca-issue-some = Einigen ausstellen
adm-ca-issue-yes = Ausstellen
adm-ca-addresses = Adressen
adm-ca-addresses-hint = Eine je Zeile; Konten mit aktiver Lizenz
adm-ca-address = Adresse
adm-ca-usage = Zum
adm-ca-usage-both = Signieren und Verschlüsseln
adm-ca-usage-sign = Signieren
adm-ca-usage-encrypt = Verschlüsseln
adm-ca-again = Auch denen, die ein brauchbares haben
adm-ca-again-text = Ab dann wird das neue benutzt.
adm-ca-due = Diese erneuern
adm-ca-due-n = { $n ->
    [0] Nichts ist zu erneuern
    [one] { $n } Zertifikat ist zu erneuern
   *[other] { $n } Zertifikate sind zu erneuern
}
adm-ca-due-note = Fällig ist ein Zertifikat nach zwei Dritteln seiner Laufzeit. Der Zeitgeber des Servers erneuert es von selbst.
adm-ca-due-text = { $n ->
    [one] Ein Zertifikat wird mit neuem Schlüssel erneuert. Das bisherige bleibt zum Lesen.
   *[other] { $n } Zertifikate werden mit neuen Schlüsseln erneuert. Die bisherigen bleiben zum Lesen.
}
adm-ca-due-yes = Erneuern
adm-ca-issued = Ausgestellt
adm-ca-issued-none = Nichts Passendes wurde ausgestellt
adm-ca-search = Adresse, Fingerabdruck oder Seriennummer
adm-ca-state = Zustand
adm-ca-since = Ausgestellt
adm-ca-holds = Gilt
adm-ca-ended = Abgelaufen
adm-ca-filter-all = Alle
adm-ca-filter-valid = Gültige
adm-ca-filter-revoked = Widerrufene
adm-ca-filter-expired = Abgelaufene
adm-ca-revoke = Zertifikat widerrufen
adm-ca-revoke-how = Eine Zeile öffnen für Einzelheiten, und um ihr Zertifikat zu widerrufen.
adm-ca-revoke-text = Das Zertifikat von { $address } kommt sofort auf die Liste und wird für nichts mehr benutzt; sein Schlüssel bleibt, für Mails, die dafür verschlüsselt wurden. Das lässt sich nicht zurücknehmen.
adm-ca-revoke-yes = Widerrufen
adm-ca-reason-choose = Grund wählen
adm-ca-revoked-at = Widerrufen
adm-ca-serial = Seriennummer
adm-ca-revoke-one = Widerrufen …
adm-ca-one = Ausgestelltes Zertifikat
adm-ca-reason = Grund
adm-ca-reason-unspecified = Widerrufen
adm-ca-reason-keyCompromise = Schlüssel in falschen Händen
adm-ca-reason-affiliationChanged = Organisation verlassen
adm-ca-reason-superseded = Ersetzt
adm-ca-reason-cessationOfOperation = Postfach aufgegeben
adm-ca-reason-privilegeWithdrawn = Nicht mehr berechtigt
adm-csr-title = Fremde Zertifizierungsstellen
adm-csr-none = Kein Antrag wartet auf seine Antwort.
adm-csr-new = Neuer Antrag
adm-csr-new-text = Im Schlüsseldienst entsteht ein Schlüssel. Der Antrag dazu wird gespeichert, um ihn bei einer Zertifizierungsstelle eigener Wahl einzureichen.
adm-csr-new-yes = Antrag stellen
adm-csr-since = Gestellt { $when }
adm-csr-save = Noch einmal speichern
adm-csr-answer = Antwort eingeben
adm-csr-answer-text = Das Zertifikat für { $address }, das zurückkam, am besten mit seiner Kette.
adm-csr-answer-yes = Eintragen
adm-csr-file = Datei (PEM, DER oder PKCS #7)
adm-csr-withdraw = Zurückziehen
adm-csr-withdraw-text = Der Antrag von { $address } und sein Schlüssel werden vergessen. Ein Zertifikat, das dafür noch kommt, nützt dann nichts mehr.
adm-csr-withdrawn = Der Antrag wurde zurückgezogen
adm-asked-barred = Ein Zertifikat wurde aus einem Grund widerrufen, der ein weiteres verbietet: nur einzeln genehmigen
adm-asked-title = Wer um eines bittet
adm-asked-text = Der Schlüssel ist im Browser der Person entstanden und bleibt dort. Was Sie ausstellen, gilt für diesen Schlüssel und wird von da an verwendet.
adm-asked-none = Niemand wartet auf ein Zertifikat.
adm-asked-since = { $kind }, erbeten { $when }
adm-asked-has = hat schon eines
adm-asked-has-text = { $n ->
    [one] Eine davon hat schon ein brauchbares Zertifikat; das neue tritt an seine Stelle, und Post an dieses Postfach wird von da an für den eigenen Schlüssel der Person verschlüsselt.
   *[other] { $n } davon haben schon ein brauchbares Zertifikat; das neue tritt an seine Stelle, und Post an diese Postfächer wird von da an für die eigenen Schlüssel der Personen verschlüsselt.
  }
adm-asked-approve = Ausstellen
adm-asked-approve-all = Allen ausstellen …
adm-asked-approve-text = { $address } bekommt ein Zertifikat für den Schlüssel im Browser der Person.
adm-asked-approve-many = { $n } Personen bekommen ein Zertifikat für den Schlüssel in ihrem Browser.
adm-asked-refuse = Ablehnen …
adm-asked-refuse-all = Alle ablehnen …
adm-asked-refuse-yes = Ablehnen
adm-asked-refuse-text = { $address } erfährt, dass es kein Zertifikat gibt, und warum.
adm-asked-refuse-many = { $n } Personen erfahren, dass es kein Zertifikat gibt, und warum.
adm-asked-reason = Grund
adm-asked-reason-hint = Die Person liest ihn.
adm-asked-more = Und { $n } weitere.
