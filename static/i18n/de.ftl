# Texte des Webclients und der Vorlagen. Jeder Schlüssel steht in jeder Sprache (tests/i18n.test.ts).

## Allgemein
app-loading = Ihre E-Mail wird geladen …
app-noscript = Die Mailansicht von Waxseal braucht JavaScript. An- und Abmelden funktionieren auch ohne.
loading = Wird geladen
close = Schließen
cancel = Abbrechen
undo = Rückgängig
undone = Rückgängig gemacht.
saved = Gespeichert
try-again = Erneut versuchen
more-actions = Weitere Aktionen
notifications = Mitteilungen
skip = Zu den Nachrichten springen
nothing-found = Nichts gefunden
date-yesterday = Gestern
and-more = { $n } weitere
someone-unknown = Unbekannter Absender
no-subject = (Kein Betreff)

## Anmeldung und Fehler (Vorlagen)
signin-title = Anmelden
signin-tagline = Post unter eigenem Siegel.
signin-username = E-Mail-Adresse
signin-password = Passwort
signin-show = Anzeigen
signin-submit = Anmelden
signin-code = Code
signin-code-hint = Sechs Ziffern aus Ihrer Authenticator-App oder einer Ihrer Wiederherstellungscodes.
signin-code-again = Geben Sie Ihr Passwort zusammen mit dem Code noch einmal ein.
signin-signed-out = Sie sind abgemeldet.
signin-support = Hilfe und Support
signin-foot = Ihre Schlüssel bleiben in Ihrem Browser. Der Server erfährt Ihre Passphrase nie.
error-home = Zu Ihrer E-Mail
error-reference = Kennung:

## Fehler nach Code
err-internal = Bei uns ist etwas schiefgegangen. Verloren ging nichts; bitte versuchen Sie es noch einmal.
err-offline = Der Server ist nicht erreichbar. Bitte prüfen Sie Ihre Verbindung.
err-timeout = Das hat zu lange gedauert. Bitte versuchen Sie es noch einmal.
err-gateway = Der Server antwortet gerade nicht. Bitte versuchen Sie es gleich noch einmal.
err-cancelled = Abgebrochen.
err-unauthenticated = Bitte melden Sie sich erneut an.
err-code-needed = Dieses Konto verlangt zusätzlich einen Code.
err-wrong-code = Dieser Code ist falsch oder wurde schon benutzt.
err-sieve-unavailable = Der Filterserver ist nicht erreichbar.
err-sieve-refused = Der Filterserver hat die Anfrage abgelehnt.
err-wrong-password = Benutzername oder Passwort ist falsch.
err-csrf = Diese Seite ist veraltet. Bitte laden Sie sie neu.
err-forbidden = Das dürfen Sie hier nicht.
err-bad-request = Der Server konnte die Anfrage nicht verstehen. Bitte laden Sie die Seite neu.
err-invalid = Der Server nimmt diesen Wert nicht an.
err-method-not-allowed = Das ist hier nicht möglich.
err-unsupported = Diese Form wird nicht unterstützt.
err-signature-rejected = Die Signatur passt nicht zu dem, was signiert werden sollte. Es wurde nichts gesendet.
err-spell-check-off = Die Rechtschreibprüfung ist aus, weil diese Nachricht verschlüsselt ist oder sein kann.
err-throttled = Zu viele Versuche. Bitte warten Sie eine Weile.
err-key-stopped = Dieser Schlüssel ruht nach zu vielen Fehlern. Versuchen Sie es in einer Stunde noch einmal.
err-key-agent-unavailable = Der Dienst, der die Schlüssel der Organisation hält, ist nicht zu erreichen.
err-busy = Der Server ist gerade ausgelastet. Bitte versuchen Sie es gleich noch einmal.
err-no-memory = Dem Server fehlt Speicher. Bitte versuchen Sie es gleich noch einmal.
err-smtp-refused = Der Ausgangsserver hat die Nachricht abgelehnt.
err-source-unavailable = Der andere Server war nicht zu erreichen.
err-source-refused = Dieser Server darf nicht gefragt werden.
err-fetch-unavailable = Der Server kann gerade keine anderen Server fragen.
err-feature-disabled = Diese Funktion gehört nicht zu Ihrem Tarif.
err-not-found = Das ist nicht mehr da.
err-conflict = Der Ordner hat sich inzwischen geändert. Bitte aktualisieren Sie ihn.
err-too-large = Das ist zu groß für den Server.
err-damaged = Die Nachricht ist beschädigt und nicht vollständig lesbar.
err-decrypt-failed = Die Nachricht konnte nicht entschlüsselt werden.
err-wrong-passphrase = Die Passphrase ist falsch.
err-imap-unavailable = Der Mailserver ist nicht erreichbar. Bitte versuchen Sie es gleich noch einmal.
err-imap-error = Der Mailserver hat die Anfrage abgelehnt.
err-smtp-unavailable = Der Postausgangsserver ist nicht erreichbar. Ihre Nachricht bleibt als Entwurf erhalten.
err-state-unavailable = Der Server erreicht gerade seinen eigenen Speicher nicht. Bitte versuchen Sie es gleich noch einmal.
err-untrusted-server = Dem Zertifikat des Mailservers wird nicht vertraut, deshalb wurde keine Verbindung aufgebaut.
err-storage-full = Im Postfach ist kein Platz mehr.
err-no-certificate = Es gibt kein brauchbares Zertifikat.

## Kopfzeile, Konto, Dialoge
account-support = Hilfe und Support
account-of = Konto von { $name }
settings = Einstellungen
search = E-Mail durchsuchen
search-in = In { $folder } suchen
search-clear = Suche leeren
theme-system = Wie das System
theme-light = Hell
theme-dark = Dunkel
palette = Befehle
palette-hint = Befehl oder Ordner eingeben
palette-theme = Erscheinungsbild: { $theme }
palette-language = Sprache: { $name }
palette-settings = Einstellungen: { $what }
# Andere Wörter, unter denen die Befehlsliste etwas findet; mit Kommas getrennt, nie gezeigt.
palette-words-signout = abmelden, ausloggen, logout, log out, beenden
palette-words-shortcuts = tasten, hilfe, tastatur, kürzel, shortcuts
palette-words-settings = optionen, konfiguration, settings, preferences
palette-words-compose = schreiben, verfassen, e-mail, compose
palette-words-search = finden, suchen, search
palette-words-contacts = Personen Leute Adressbuch Adressen Gruppen vCard
palette-words-refresh = aktualisieren, neu laden, abrufen, refresh
palette-words-delete = entfernen, papierkorb, wegwerfen, delete
palette-words-junk = spam, werbung, phishing, junk
palette-words-flag = markieren, wichtig, favorit, kennzeichnen, star
palette-words-label = etikett, kategorie, schlagwort, tag, label
palette-words-archive = ablegen, erledigt, archive
palette-words-print = papier, pdf, print
palette-words-source = rohtext, original, eml, kopfzeilen, source
palette-words-theme = design, thema, modus, farben, theme, mode
palette-words-dark = dunkelmodus, nachtmodus, dark
palette-words-light = hellmodus, tagmodus, light
palette-words-language = sprache, deutsch, englisch, language
palette-words-general = design, hell, dunkel, sprache, datum, theme, language
palette-words-list = konversationen, dichte, vorschau, lesebereich, sortieren
palette-words-reading = bilder, nachladen, als gelesen markieren
palette-words-notifications = benachrichtigung, hinweise, desktop, notifications
palette-words-identity = identitäten, name, absender, alias, antwortadresse, profil, identity
palette-words-signature = grußformel, fußzeile, signature
palette-words-filters = regeln, sieve, weiterleitung, weiterleiten, filters, rules
palette-words-vacation = urlaub, abwesenheit, automatische antwort, autoresponder, vacation, out of office
palette-words-security = schlüssel, verschlüsselung, s/mime, passphrase, p12, importieren, security
palette-words-certificates = kontakte, empfänger, zertifikate, certificates
palette-words-trust = vertrauen, zertifizierungsstelle, ca, trust
palette-words-account = sitzungen, geräte, passwort, konto, account
palette-words-totp = zweiter faktor, zwei-faktor, 2fa, authenticator, totp
palette-words-export = exportieren, herunterladen, sicherung, export
palette-words-zone = zeitzone, uhrzeit, time zone
palette-words-about = version, über, hilfe, about
# Was auf den Tasten steht.
key-ctrl = Strg
key-shift = Umschalt
key-escape = Esc
key-enter = Eingabe
key-delete = Entf
key-sends = Senden
key-saves = Entwurf speichern
key-takes-out = Gewählten Empfänger entfernen
key-closes = Schließen, zurück
shortcuts = Tastenkürzel
shortcuts-show = Alle Tastenkürzel zeigen
shortcuts-go = Gehe zu
shortcuts-list = In der Liste
shortcuts-message = Mit einer Nachricht
shortcuts-compose = Schreiben
shortcuts-app = Überall
shortcuts-off-hint = Kürzel mit einzelnen Tasten gelten nicht, während Sie tippen. In den Einstellungen können Sie sie abschalten.
expired-title = Bitte melden Sie sich erneut an
expired-text = Ihre Sitzung ist abgelaufen. Alles auf dieser Seite, auch was Sie gerade schreiben, ist noch da und geht nach der Anmeldung weiter.
expired-other = Anderes Konto verwenden
expired-back = Wieder angemeldet.

## Ordner
folders = Ordner
folders-show = Ordner zeigen
folders-shared = Für mich freigegeben
folder-inbox = Posteingang
folder-drafts = Entwürfe
folder-sent = Gesendet
folder-archive = Archiv
folder-junk = Spam
folder-trash = Papierkorb
folder-all = Alle Nachrichten
folder-flagged = Mit Stern
folder-unread = { $n } ungelesen
folder-drafts-count = { $n ->
    [one] { $n } Entwurf
   *[other] { $n } Entwürfe
}
folder-toggle = Unterordner von { $name }
folder-new = Neuer Ordner
folder-name = Name
folder-name-hint = Für einen Ordner in einem anderen verwenden Sie das Trennzeichen Ihres Servers.
folder-make = Ordner anlegen
folder-made = Der Ordner „{ $name }“ wurde angelegt.
folder-actions = Aktionen für { $folder }
folder-read = Alle als gelesen markieren
folder-read-done = { $n ->
    [one] { $n } Nachricht in { $folder } wurde als gelesen markiert.
   *[other] { $n } Nachrichten in { $folder } wurden als gelesen markiert.
}
folder-new-inside = Neuer Ordner darin
folder-inside-hint = Er wird in { $folder } angelegt.
folder-rename = Umbenennen
folder-rename-hint = Ordner und Nachrichten darin bleiben erhalten.
folder-move = Ordner verschieben …
folder-move-title = { $folder } verschieben nach
folder-top = Oberste Ebene
folder-moved = „{ $folder }“ liegt jetzt in { $to }.
folder-moved-top = „{ $folder }“ liegt jetzt auf der obersten Ebene.
folder-no-parent = Es gibt keinen Ordner „{ $folder }“, in den er gelegt werden könnte.
folder-taken = Einen Ordner dieses Namens gibt es schon.
folder-bad-name = Der Mailserver nimmt diesen Namen nicht für einen Ordner.
folder-name-delimiter = Ein Name kann „{ $delimiter }“ nicht enthalten. Um den Ordner in einen anderen zu legen, wählen Sie „Ordner verschieben …“.
folder-rename-title = { $folder } umbenennen
folder-renamed = Der Ordner heißt jetzt „{ $name }“.
folder-empty = Leeren
folder-empty-title = { $folder } leeren?
folder-empty-text = { $n ->
    [one] { $n } Nachricht wird endgültig gelöscht. Das lässt sich nicht rückgängig machen.
   *[other] { $n } Nachrichten werden endgültig gelöscht. Das lässt sich nicht rückgängig machen.
}
folder-empty-done = { $n ->
    [one] { $n } Nachricht wurde endgültig gelöscht.
   *[other] { $n } Nachrichten wurden endgültig gelöscht.
}
folder-delete = Ordner löschen
folder-delete-title = Den Ordner { $folder } löschen?
folder-delete-text = { $n ->
    [one] Die { $n } Nachricht darin wird endgültig gelöscht. Das lässt sich nicht rückgängig machen.
   *[other] Die { $n } Nachrichten darin werden endgültig gelöscht. Das lässt sich nicht rückgängig machen.
}
folder-delete-text-empty = Der Ordner ist leer.
folder-delete-done = Der Ordner { $folder } wurde gelöscht.
folder-hide = Ausblenden
folder-hidden = Der Ordner { $folder } ist ausgeblendet.
folder-shown = Der Ordner { $folder } wird gezeigt.
folder-stays = immer sichtbar
folders-choose = Ordner ein-/ausblenden …
folders-choose-title = Ordner ein- oder ausblenden
folders-choose-text = Ausgeblendete Ordner behalten ihre Nachrichten; bei der Suche und beim Verschieben erscheinen sie weiterhin.
compose = Schreiben

## Liste
list-region = Nachrichten
list-label = Nachrichten in { $folder }
list-failed = Die Nachrichten konnten nicht geladen werden
messages-count = { $n ->
    [one] { $n } Nachricht
   *[other] { $n } Nachrichten
}
selected-count = { $n } ausgewählt
conversations-count = { $n ->
    [one] { $n } Unterhaltung
   *[other] { $n } Unterhaltungen
}
select-range-cut = Ein Bereich kann { $n } Zeilen umfassen; die übrigen wurden ausgelassen.
select-all-in = Alle { $n } in { $folder } auswählen
select-all-found = Alle { $n } gefundenen auswählen
all-selected = Alle { $n } in { $folder } sind ausgewählt.
all-found-selected = Alle { $n } in { $folder } gefundenen sind ausgewählt.
row-thread = { $n ->
    [one] { $n } Nachricht dieser Unterhaltung liegt in diesem Ordner
   *[other] { $n } Nachrichten dieser Unterhaltung liegen in diesem Ordner
}
me = ich
snippet-encrypted = Verschlüsselte Nachricht
view-menu = Ansicht
view-threads = Unterhaltungen zusammenfassen
view-threads-off = Unterhaltungen nicht zusammenfassen
view-snippets = Anfang der Nachrichten zeigen
view-snippets-off = Anfang der Nachrichten nicht zeigen
view-paged = Seiten statt endlosem Scrollen
view-paged-off = Endloses Scrollen statt Seiten
view-sort = Sortieren nach
view-sort-by = Sortieren nach: { $what }
view-density = Abstände
view-density-is = Abstände: { $what }
sort-arrival = Eingang
sort-date = Datum
sort-from = Absender
sort-to = Empfänger
sort-subject = Betreff
sort-size = Größe
sort-refused = So kann dieser Mailserver nicht sortieren. Die neuesten stehen oben.
order-date-desc = Neueste zuerst
order-date-asc = Älteste zuerst
order-text-asc = A bis Z
order-text-desc = Z bis A
order-size-desc = Größte zuerst
order-size-asc = Kleinste zuerst
pages = Seiten
page-newer = Zurück
page-older = Weiter
page-range = { $from }–{ $to } von { $n }
selection-actions = Aktionen für die ausgewählten Nachrichten
select-all = Alle auswählen
row-select = „{ $subject }“ auswählen
row-to = An: { $names }
row-no-recipient = Kein Empfänger
row-encrypted = Verschlüsselt
row-signed = Signiert
row-opaque = Verschlüsselt oder signiert
row-attachment = Hat Anhänge
unread = Ungelesen
answered = Beantwortet
forwarded = Weitergeleitet
flag = Stern setzen
unflag = Stern entfernen
filter = Filter
filter-unread = Ungelesen
filter-flagged = Mit Stern
filter-attachment = Mit Anhängen
filter-encrypted = Verschlüsselt
filter-signed = Signiert
filter-remove = Filter entfernen
empty-inbox = Alles erledigt
empty-inbox-text = Ihr Posteingang ist leer. Neue E-Mails erscheinen hier von selbst.
empty-folder = Nichts hier
empty-folder-text = Legen Sie Nachrichten mit „Verschieben nach …“ oder durch Ziehen auf den Ordner hier ab.
empty-trash-text = Gelöschte Nachrichten warten hier, bis sie endgültig entfernt werden.
empty-drafts-text = Was Sie zu schreiben beginnen, bleibt hier, bis Sie es senden.

## Suche
search-results = Suchergebnisse
search-found = { $n } in { $folder }
search-found-everywhere = { $n } in allen Ordnern
search-where = In welchen Ordnern
search-what = In welchen Teilen
search-everywhere = Alle Ordner
search-everywhere-now = In allen Ordnern suchen
search-whole-now = In ganzen Nachrichten suchen
search-days = Wann sie eingingen
days-any = Jederzeit
days-today = Heute
days-7d = Letzte 7 Tage
days-30d = Letzte 30 Tage
days-1y = Letzte 12 Monate
search-running = Es wird gesucht …
search-running-text = Was gefunden wird, erscheint hier sofort.
search-stop = Anhalten
search-stopped = Die Suche wurde angehalten. Gezeigt wird, was bis dahin gefunden war.
search-go-on = Weitersuchen
search-cut = Das sind die neuesten { $n }. Fassen Sie die Suche enger, um andere zu finden.
search-header-only-show = { $n ->
    [one] Zeigen
   *[other] Zeigen
 }
search-chips = Suchbegriffe
search-chip-edit = { $chip } ändern
search-chip-remove = { $chip } entfernen
search-proposals = Vorschläge
search-recent = Letzte Suchen
search-from = Von { $who }
row-in = In { $folder }
op-from = Absender
op-to = Empfänger
op-cc = Empfänger einer Kopie
op-bcc = Empfänger einer Blindkopie
op-subject = Wörter im Betreff
op-body = Wörter im Text
op-in = Im Ordner
op-is = Ungelesen, mit Stern, verschlüsselt …
op-has = Mit Anhängen
op-label = Mit dem Etikett
op-filename = Name eines Anhangs
op-after = An diesem Tag oder später
op-before = Vor diesem Tag
op-on = An diesem Tag
op-larger = Größer als
op-smaller = Kleiner als
op-list = Mailingliste
op-is-unread = Ungelesen
op-is-read = Gelesen
op-is-starred = Mit Stern
op-is-answered = Beantwortet
op-is-forwarded = Weitergeleitet
op-is-encrypted = Verschlüsselt
op-is-signed = Signiert
op-is-draft = Entwurf
op-has-attachment = Mit Anhängen
search-not-understood = Diese Suche ist nicht verständlich
search-wrong = Stelle { $position }: „{ $word }“ ist hier nicht verständlich.
search-wrong-end = An Stelle { $position } fehlt etwas.
search-change = Suche ändern
search-scope = Wo gesucht wird
search-scope-all = Ganze Nachrichten
search-scope-headers = Absender, Empfänger, Betreff
search-close = Suche schließen
search-none = Keine Nachricht passt
search-none-text = Versuchen Sie weniger Wörter, einen anderen Ordner oder die Suche in ganzen Nachrichten.
search-header-only = { $n ->
    [one] { $n } verschlüsselte Nachricht wurde nur nach Kopfzeilen durchsucht, weil der Server ihren Text nicht lesen kann.
   *[other] { $n } verschlüsselte Nachrichten wurden nur nach Kopfzeilen durchsucht, weil der Server ihren Text nicht lesen kann.
}

## Lesen
reader-region = Nachricht
reader-empty = Keine Nachricht geöffnet
reader-empty-text = Wählen Sie eine Nachricht, oder gehen Sie mit j und k durch die Liste.
message-actions = Aktionen für die Nachricht
message-failed = Die Nachricht konnte nicht geöffnet werden
position-of = { $n } von { $total }
to-list = an { $names }
details-show = Details
details-hide = Details ausblenden
received-at = Empfangen { $date }
from-several = Diese Nachricht nennt mehr als einen Absender. Achten Sie darauf, wem Sie antworten.
from-name-address = Der Absender nennt sich „{ $name }“, die Adresse ist aber { $address }.
header-from = Von
header-sender = Gesendet durch
header-reply-to = Antworten gehen an
header-to = An
header-cc = Kopie
header-bcc = Blindkopie
header-date = Datum
header-received = Empfangen
header-outer-subject = Betreff auf dem Umschlag
header-message-id = Nachrichten-ID
header-size = Größe
frame-title = Text der Nachricht
quote-show = Zitierten Text zeigen
text-cut = Der Text ist sehr lang; gezeigt wird nur sein Anfang. Laden Sie den Quelltext herunter, um alles zu sehen.
body-none = Diese Nachricht hat keinen Text.
body-none-attachments = Diese Nachricht hat keinen Text, nur Anhänge.
remote-blocked = { $n ->
    [one] Ein Bild aus dem Internet wurde nicht geladen, damit der Absender nicht erfährt, dass Sie die Nachricht geöffnet haben.
   *[other] { $n } Inhalte aus dem Internet wurden nicht geladen, damit der Absender nicht erfährt, dass Sie die Nachricht geöffnet haben.
}
remote-blocked-sealed = Verschlüsselte E-Mail lädt nie etwas aus dem Internet. { $n ->
    [one] Ein Inhalt wurde weggelassen.
   *[other] { $n } Inhalte wurden weggelassen.
}
image-missing = Bild nicht verfügbar
link-odd-title = Dieser Link führt woandershin
link-odd-text = Sein Text lautet „{ $shown }“, er führt aber zu { $real }. Kriminelle tun das, um andere nachzuahmen.
link-odd-open = Trotzdem öffnen
attachments = Anhänge
attachments-count = { $n ->
    [one] { $n } Anhang
   *[other] { $n } Anhänge
}
attachment-unnamed = Anhang ohne Namen
attachment-download = Herunterladen:
attached-message = Angehängte Nachricht
attached-open = Hier öffnen
attached-close = Schließen
attached-security = Sicherheit der angehängten Nachricht
to-me = an mich
to-me-and = an mich und { $name }
to-me-others = an mich und { $n } weitere
from-same-name = Sie kennen { $name } unter einer anderen Adresse: { $address }. Diese Nachricht kam von { $real }.
message-of = Nachricht von { $name }
message-more = Mehr zu dieser Nachricht
message-fold = Nachricht einklappen
message-save = Nachricht speichern (.eml)
conversation-unfold = Alle aufklappen
conversation-fold = Alle einklappen
conversation-more = { $n ->
    [one] { $n } weitere Nachricht
   *[other] { $n } weitere Nachrichten
}
cmd-message-next = Nächste Nachricht der Unterhaltung
cmd-message-previous = Vorige Nachricht der Unterhaltung
cmd-unfold-all = Alle Nachrichten aufklappen
cmd-fold-all = Alle Nachrichten einklappen
headers-show = Alle Kopfzeilen anzeigen
headers-title = Kopfzeilen
clipboard-copy = Kopieren
clipboard-done = Kopiert.
clipboard-failed = Der Browser hat das Kopieren nicht erlaubt.
remote-blocked-unconfirmed = Bilder von { $who } zeigen Sie immer, aber nichts bestätigt, dass diese Nachricht von dort kommt. { $n ->
    [one] Ein Bild wurde
   *[other] { $n } Bilder wurden
} nicht geladen.
remote-failed = { $total ->
    [one] Das Bild ließ sich nicht laden.
   *[other] { $n } von { $total } Bildern ließen sich nicht laden.
}
remote-show = Bilder zeigen
remote-always = Bei diesem Absender immer
remote-blocked-rest = { $n ->
    [one] Ein Inhalt aus dem Internet wurde nicht geladen: Er ist kein Bild oder ließ sich nicht sicher abrufen.
   *[other] { $n } Inhalte aus dem Internet wurden nicht geladen: Sie sind keine Bilder oder ließen sich nicht sicher abrufen.
}
look-theme = In dunklen Farben zeigen
look-paper = Wie gestaltet zeigen
attachment-show = Anzeigen
attachment-pdf = In neuem Tab öffnen
attachment-save = { $name } herunterladen
attachments-zip = Alle herunterladen (.zip)
risky-note = kann Programme ausführen
risky-title = Diese Datei herunterladen?
risky-text = „{ $name }“ ist von einer Art, die auf Ihrem Rechner Programme ausführen oder eine Anmeldeseite vortäuschen kann. Öffnen Sie sie nur, wenn Sie sie erwartet haben.
risky-download = Trotzdem herunterladen
preview-of = Vorschau von { $name }
preview-previous = Vorige Datei
preview-next = Nächste Datei
preview-none = Für diese Art von Datei gibt es keine Vorschau.
preview-pdf = PDF-Dateien öffnen sich in einem eigenen Tab oder im Programm Ihres Rechners.
sender-card = Über { $name }
sender-known = In Ihren Kontakten als { $name }
sender-new = Nicht in Ihren Kontakten
sender-copy = Adresse kopieren
sender-write = Schreiben
sender-contact = Kontakt öffnen
sender-search = Nachrichten finden
unsubscribe = Abbestellen
unsubscribe-title = { $name } abbestellen?
unsubscribe-one-click = Waxseal teilt { $host } mit, dass Sie diese Nachrichten nicht mehr wünschen. Sonst wird nichts über Sie oder Ihren Rechner gesendet.
unsubscribe-mail = Eine Nachricht an { $address } wird vorbereitet. Die Zusendungen enden, sobald die Liste sie verarbeitet hat.
unsubscribe-write = Schreiben
unsubscribe-page = Die Seite von { $host } öffnet sich in einem neuen Fenster. Sie erfährt, dass Sie diese Nachricht geöffnet haben.
unsubscribe-page-open = Die Seite von { $host } öffnet sich in einem neuen Fenster, über eine ungeschützte Verbindung. Sie erfährt, dass Sie diese Nachricht geöffnet haben.
unsubscribe-visit = Seite öffnen
unsubscribe-done = Abbestellt.
unsubscribe-refused = Die Liste hat es nicht angenommen (Antwort { $status }).
card-calendar = Einladung
card-contact = Kontakt
card-tnef = Anhänge aus Outlook
card-report = Bericht eines Mailservers
card-failed = { $name } konnte nicht gelesen werden.
event-request = Einladung
event-publish = Termin
event-cancel = Abgesagter Termin
event-reply = Antwort auf eine Einladung
event-counter = Vorschlag einer anderen Zeit
event-refresh = Bitte um einen Termin
event-add = Ergänzung eines Termins
event-declinecounter = Vorschlag abgelehnt
event-where = Ort
event-organizer = Veranstalter
event-attendees = Eingeladen
event-notes = Hinweise
event-repeats = Wiederholt sich
event-zone = ({ $time } in { $zone })
repeat-daily = { $n ->
    [one] jeden Tag
   *[other] alle { $n } Tage
}
repeat-weekly = { $n ->
    [one] jede Woche
   *[other] alle { $n } Wochen
}
repeat-monthly = { $n ->
    [one] jeden Monat
   *[other] alle { $n } Monate
}
repeat-yearly = { $n ->
    [one] jedes Jahr
   *[other] alle { $n } Jahre
}
repeat-other = oft
repeat-count = { $n } Mal
repeat-until = bis { $date }
answer-accepted = Zugesagt
answer-declined = Abgesagt
answer-tentative = Mit Vorbehalt
contact-card = Kontakt
contact-mail = E-Mail
contact-phone = Telefon
contact-address = Anschrift
contact-web = Web
contact-birthday = Geburtstag
contact-note = Notiz
tnef-note = Outlook hat dies in { $name } verpackt:
tnef-empty = { $name } ist Outlooks eigene Verpackung. Es ist nichts darin, was Sie öffnen könnten.
receipt = Empfangsbestätigung
receipt-read = { $who } hat Ihre Nachricht „{ $subject }“ geöffnet
receipt-other = { $who } hat Ihre Nachricht „{ $subject }“ verarbeitet
receipt-automatic = Von einem Programm gesendet. Es beweist nicht, dass jemand die Nachricht gelesen hat.
receipt-note = Es besagt, dass die Nachricht geöffnet wurde, nicht dass sie gelesen oder verstanden wurde.
report-failed = Ihre Nachricht „{ $subject }“ konnte { $who } nicht zugestellt werden
report-delayed = Ihre Nachricht „{ $subject }“ hat { $who } noch nicht erreicht
report-delivered = Ihre Nachricht „{ $subject }“ wurde { $who } zugestellt
report-relayed = Ihre Nachricht „{ $subject }“ wurde für { $who } weitergereicht
report-expanded = Ihre Nachricht „{ $subject }“ wurde an die Liste { $who } weitergereicht
report-other = Zu Ihrer Nachricht „{ $subject }“ an { $who }
report-why = Der andere Server hat sie abgewiesen.
report-delayed-why = Der Server versucht es weiter; Sie müssen sie nicht noch einmal senden.
report-retry = Er versucht es bis { $date }.
report-said = Was der Server sagte
report-note = Einen solchen Bericht kann jeder schreiben. Vergleichen Sie ihn mit dem, was Sie gesendet haben.
report-1 = Die Adresse stimmt nicht.
report-1-1 = Dieses Postfach gibt es nicht. Bitte prüfen Sie den Teil vor dem @.
report-1-2 = Diese Domain gibt es nicht. Bitte prüfen Sie den Teil hinter dem @.
report-2 = Das Postfach kann sie nicht annehmen.
report-2-1 = Das Postfach ist abgeschaltet.
report-2-2 = Das Postfach ist voll.
report-2-3 = Die Nachricht ist zu groß für dieses Postfach.
report-3 = Der andere Server kann sie gerade nicht annehmen.
report-3-4 = Die Nachricht ist zu groß für den anderen Server.
report-4 = Der andere Server ist nicht erreichbar.
report-4-7 = Der andere Server war zu lange nicht erreichbar.
report-5 = Die Server haben einander nicht verstanden.
report-6 = Der andere Server nimmt diese Art von Inhalt nicht an.
report-7 = Der andere Server lehnt sie aus Gründen der Sicherheit oder seiner Regeln ab.
report-7-1 = Der andere Server nimmt von Ihnen oder Ihrem Anbieter keine Nachrichten an.
source-cut = Gezeigt wird nur der Anfang.
source-download = Quelltext herunterladen

## Schlüssel, Entsperren, Urteile (S/MIME)
smime-security = Sicherheit dieser Nachricht
smime-details = Einzelheiten
smime-details-hide = Einzelheiten ausblenden
smime-show = Anzeigen
smime-hide = Verbergen
smime-enc-yes = Für Sie verschlüsselt
smime-enc-unauthenticated = Verschlüsselt, aber nicht gegen Veränderung geschützt
smime-enc-opened = Unterwegs entschlüsselt; bis dahin nicht gegen Veränderung geschützt
smime-enc-locked = Verschlüsselt, gesperrt
smime-enc-opening = Verschlüsselt, wird geöffnet
smime-enc-other = Für jemand anderen verschlüsselt
smime-enc-failed = Konnte nicht entschlüsselt werden
smime-enc-partial = Nur ein Teil ist verschlüsselt
smime-enc-damaged = Beschädigt
smime-sig-valid = Signiert von { $who }
smime-sig-valid-personal = Signiert von { $who }; Sie vertrauen dem
smime-status-good = Absender bestätigt
smime-status-neutral = Absender nicht bestätigt
smime-status-warning = Vorsicht
smime-status-bad = Nicht vertrauen
smime-status-none = Nicht geschützt
smime-status-locked = Gesperrt
smime-sig-weak = Mit einem veralteten Verfahren signiert von { $who }
smime-sig-unverifiable = Die Signatur konnte nicht geprüft werden
smime-sig-untrusted = Signiert, aber der Aussteller ist nicht bekannt: { $who }
smime-sig-expired = Mit einem abgelaufenen Zertifikat signiert: { $who }
smime-sig-invalid = Nach dem Signieren verändert
smime-sig-mismatch = Von jemand anderem signiert: { $who }
smime-sig-partial = Nur ein Teil ist signiert
smime-sig-unconfirmed = Signiert, aber das Zertifikat nennt keine Adresse
smime-enc-sealed = Verschlüsselt
smime-first-title = Schützen Sie Ihre E-Mails
smime-first-text = Mit Ihrem Zertifikat lesen Sie verschlüsselte Nachrichten und signieren und verschlüsseln Ihre eigenen.
smime-first-later = Später
smime-first-read-title = Diese Nachricht ist verschlüsselt
smime-first-read-text = Um sie zu lesen, importieren Sie die .p12-Datei mit Ihrem Schlüssel. Sie wird in Ihrem Browser geöffnet und bleibt dort.
smime-other-title = Keiner Ihrer Schlüssel öffnet sie
smime-no-key = Vielleicht wurde sie für einen älteren Schlüssel von Ihnen verschlüsselt. Wenn Sie dessen .p12-Datei haben, importieren Sie sie.
smime-waits = Sie öffnet sich zusammen mit der Nachricht, die nach Ihrer Passphrase fragt.
smime-owner = Diese Nachricht ist für { $owner } verschlüsselt. Nur der Schlüssel von { $owner } öffnet sie; hier gibt es für Sie nichts zu entsperren.
smime-owner-unnamed = Diese Nachricht ist für den Inhaber dieses Postfachs verschlüsselt. Nur dessen Schlüssel öffnet sie; hier gibt es für Sie nichts zu entsperren.
smime-opening = Die Nachricht wird geöffnet …
smime-opened = Die Nachricht wurde geöffnet.
smime-harvested = Das Zertifikat von { $address } wurde in Ihren Kontakten gespeichert.
smime-harvested-changed = { $address } verwendet ein neues Zertifikat. Es wurde in Ihren Kontakten gespeichert; das bisherige bleibt erhalten.
smime-check-again = Noch einmal prüfen
smime-proof = Nachweis herunterladen
smime-proof-file = Nachweis
smime-reason-other = Ein weiterer Befund: { $code }
smime-mark-good = Gut
smime-mark-neutral = Nicht bekannt
smime-mark-warning = Warnung
smime-mark-bad = Schlecht
smime-mark-none = Hinweis
smime-integrity-intact = Seit dem Signieren unverändert
smime-integrity-altered = Nach dem Signieren verändert
smime-integrity-no-certificate = Das Zertifikat fehlt, daher konnte nichts geprüft werden
smime-integrity-unsupported = Diese Art der Signatur wird nicht unterstützt
smime-match-yes = Die Adresse im Zertifikat ist die des Absenders
smime-match-case = Die Adresse im Zertifikat ist die des Absenders, bis auf Groß- und Kleinschreibung
smime-match-no = Die Adresse im Zertifikat ist nicht die des Absenders
smime-chain-trusted = Dem Aussteller wird vertraut
smime-trusted-by-mail-roots = Der Aussteller ist eine öffentlich anerkannte Stelle für E-Mail
smime-trusted-by-organisation = Ihre Organisation vertraut dem Aussteller
smime-trusted-by-personal = Sie vertrauen dem
smime-trusted-by-registered = Ihre Organisation hat dieses Zertifikat für diesen Absender hinterlegt
smime-chain-unknown-issuer = Der Aussteller ist hier nicht bekannt
smime-chain-incomplete = Der Absender hat das Zertifikat des Ausstellers nicht mitgeschickt
smime-chain-expired = Das Zertifikat ist abgelaufen
smime-chain-not-yet-valid = Das Zertifikat ist noch nicht gültig
smime-chain-purpose = Das Zertifikat ist nicht für E-Mail bestimmt
smime-chain-weak = Das Zertifikat verwendet ein veraltetes Verfahren
smime-chain-invalid = Die Kette der Zertifikate ist nicht gültig
smime-revocation-good = Vom Aussteller nicht widerrufen
smime-revocation-revoked = Vom Aussteller widerrufen
smime-revocation-no-source = Der Aussteller sagt nicht, wo Widerrufe stehen
smime-revocation-not-checked = Ein Widerruf wurde nicht geprüft
smime-revocation-unknown = Ein Widerruf konnte nicht geprüft werden
smime-technical = Technische Einzelheiten
smime-fact-subject = Inhaber
smime-fact-issuer = Ausgestellt von
smime-fact-valid = Gültig
smime-fact-valid-span = { $from } bis { $to }
smime-fact-signed-at = Signiert
smime-fact-claimed = { $date }, sagt der Unterzeichner
smime-fact-algorithm = Verfahren
smime-fact-serial = Seriennummer
smime-fact-fingerprint = Fingerabdruck
smime-fact-chain = Prüfung der Kette
smime-fact-revocation-source = Widerruf erfragt bei
smime-fact-this-update = Auskunft vom
smime-fact-next-update = Auskunft gilt bis
smime-fact-revoked-at = Widerrufen
smime-source-ocsp = OCSP
smime-source-crl = Sperrliste
smime-path = { $n ->
    [one] Ein Zertifikat
   *[other] Kette aus { $n } Zertifikaten
}
smime-path-issuer = ausgestellt von
value-an-unknown-day = unbekannter Tag
value-no-reason-given = ohne Angabe eines Grundes
value-keycompromise = der Schlüssel wurde kompromittiert
value-cacompromise = die Ausgabestelle wurde kompromittiert
value-aacompromise = die Ausgabestelle wurde kompromittiert
value-affiliationchanged = der Inhaber hat die Organisation verlassen
value-superseded = es wurde ersetzt
value-cessationofoperation = es wird nicht mehr verwendet
value-certificatehold = es ist ausgesetzt
value-privilegewithdrawn = das Recht darauf wurde entzogen
value-unspecified = ohne Angabe eines Grundes
smime-fact-use = Verwendung
smime-fact-key = Schlüssel
smime-encryption = Verschlüsselung
smime-layer = Ebene { $n }
smime-authenticated = gegen Veränderung geschützt
smime-not-authenticated = nicht gegen Veränderung geschützt
smime-recipients = { $n ->
    [one] { $n } Empfänger
   *[other] { $n } Empfänger
}
smime-headers = Betreff und Adressen
smime-headers-protected = Ebenfalls abgedeckt
smime-unlock-title = Schlüsselbund entsperren
smime-unlock-text = Dazu wird Ihr privater Schlüssel gebraucht. Er wird hier, in Ihrem Browser, entsperrt und bleibt hier.
smime-unlock-key = Schlüssel: { $label }, { $address }
smime-unlock = Entsperren
smime-unlocking = Wird entsperrt …
smime-unlock-none = In Ihrem Tresor liegt kein passender Schlüssel.
smime-unlock-import = Schlüssel importieren
smime-passphrase = Passphrase des Schlüsselbunds
smime-passphrase-again = Passphrase des Schlüsselbunds, noch einmal
smime-passphrase-hint = Mindestens 8 Zeichen. Sie ist nicht das Passwort Ihres Postfachs; am besten sind mehrere Wörter.
smime-passphrase-short = Die Passphrase ist zu kurz: mindestens 8 Zeichen.
smime-passphrase-blank = Die Passphrase darf nicht nur aus Leerzeichen bestehen.
smime-passphrase-differs = Die beiden Passphrasen sind verschieden.
smime-passphrase-lost = Niemand kann diese Passphrase wiederherstellen, auch nicht Ihr Administrator. Ohne sie und ohne Sicherung bleiben verschlüsselte Nachrichten für immer verschlossen.
smime-keep = Entsperrt lassen
smime-keep-minutes = { $n ->
    [0] bis ich den Tab schließe
    [5] 5 Minuten ohne Benutzung
    [15] 15 Minuten ohne Benutzung
    [60] 1 Stunde ohne Benutzung
    [240] 4 Stunden ohne Benutzung
   *[other] { NUMBER($n, maximumFractionDigits: 0) } Minuten ohne Benutzung
}
smime-forgot = Passphrase vergessen?
smime-forgot-text = Niemand kann sie wiederherstellen. Wenn Sie die importierte .p12-Datei oder eine Sicherung mit einer anderen Passphrase haben, importieren Sie sie unter Einstellungen, Sicherheit erneut.
smime-chip = Schlüsselbund offen
smime-chip-tip = Ihre Schlüssel sind entsperrt
smime-activity = Wofür Ihre Schlüssel benutzt wurden
smime-activity-none = Nichts, seit Ihr Schlüsselbund zuletzt gestartet wurde. Wer den letzten Tab mit Waxseal neu lädt oder schließt, sperrt die Schlüssel; die Liste beginnt dann von vorn.
smime-locks-after = { $n ->
    [one] Sperrt sich nach einer Minute ohne Benutzung, beim Ruhezustand und beim Abmelden von selbst.
   *[other] Sperrt sich nach { $n } Minuten ohne Benutzung, beim Ruhezustand und beim Abmelden von selbst.
}
smime-locks-never = Sperrt sich beim Ruhezustand, beim Abmelden und beim Schließen des Tabs von selbst.
smime-lock-now = Jetzt sperren
smime-now-locked = Ihr Schlüsselbund ist gesperrt.
smime-now-open = Ihr Schlüsselbund ist offen.
smime-did-unlock = Entsperrt: { $label }
smime-did-lock-user = Von Ihnen gesperrt
smime-did-lock-idle = Gesperrt: eine Weile nicht benutzt
smime-did-lock-sleep = Gesperrt: der Computer war im Ruhezustand
smime-did-lock-logout = Gesperrt: abgemeldet
smime-did-lock-account = Gesperrt: anderes Konto
smime-did-lock-fault = Nach einem Fehler gesperrt
smime-did-sign = Signiert: { $subject }
smime-did-decrypt = Geöffnet: { $subject }
smime-keys = Meine Schlüssel und Zertifikate
smime-keys-text = Als verschlüsselte Dateien aufbewahrt. Nur Ihre Passphrase öffnet sie, und nur in Ihrem Browser.
smime-keys-none = Noch kein Schlüssel
smime-keys-none-text = Importieren Sie die .p12-Datei Ihres Zertifikats, oder erzeugen Sie hier einen neuen Schlüssel und beantragen Sie ein Zertifikat.
smime-import = .p12 importieren
smime-added = hinzugefügt { $date }
smime-state-open = Entsperrt
smime-state-locked = Gesperrt
smime-primary-sign = Zum Signieren
smime-primary-encrypt = Zum Empfangen
smime-expired = Abgelaufen
smime-valid-until = gültig bis { $date }
smime-expires-soon = Läuft bald ab
smime-weak = Zu schwach
smime-use-sign = Signieren
smime-use-encrypt = Verschlüsseln
smime-use-none = keine für E-Mail
smime-remove = Schlüssel löschen
smime-remove-title = „{ $label }“ löschen?
smime-remove-text = Nachrichten, die für diesen Schlüssel verschlüsselt wurden, können nie wieder gelesen werden, außer Sie haben eine Sicherung und deren Passphrase. Niemand kann den Schlüssel zurückholen.
smime-downloads = Wer diese Datei geholt hat
smime-downloads-text = Jedes Mal, wenn die verschlüsselte Datei „{ $label }“ vom Server geholt wurde, Neuestes zuerst.
smime-backup-save = Sicherung speichern
smime-backup-done = Die Sicherung wurde gespeichert. Bewahren Sie sie so auf, dass Sie sie wiederfinden.
smime-remove-pending = Ein Zertifikat, das für diesen Schlüssel eintrifft, ist dann nicht mehr zu gebrauchen, außer Sie haben eine Sicherung und deren Passphrase.
smime-remove-type = Zum Löschen eintippen: { $word }
smime-done = Fertig
smime-passphrase-new = Neue Passphrase des Schlüsselbunds
smime-passphrase-old = Bisherige Passphrase des Schlüsselbunds
smime-passphrase-old-wrong = Die bisherige Passphrase ist falsch. Nichts wurde geändert.
smime-key-replaced = Dieser Schlüssel wurde inzwischen in einem anderen Fenster geändert. Hier wurde nichts gespeichert. Bitte geben Sie seine Passphrase ein und versuchen Sie es noch einmal.
smime-passphrase-same = Das ist die bisherige Passphrase.
smime-passphrase-change = Passphrase ändern
smime-passphrase-change-text = „{ $label }“ wird in diesem Browser geöffnet, neu verschlüsselt und geprüft. Bis der Server die neue Datei hat, bleibt die alte.
smime-passphrase-all = Auch bei den anderen Schlüsseln ändern, die sie öffnet
smime-passphrase-changed = { $n ->
    [one] Die Passphrase eines Schlüssels wurde geändert.
   *[other] Die Passphrase von { $n } Schlüsseln wurde geändert.
}
smime-passphrase-backups = Frühere Sicherungen öffnet weiterhin nur die alte Passphrase. Speichern Sie eine neue, und vernichten Sie die alten, falls jemand die alte Passphrase kennen könnte.
smime-backup-save-of = Sicherung von „{ $label }“ speichern
smime-rename = Umbenennen
smime-rename-label = Name des Schlüssels
smime-rename-empty = Ein Schlüssel braucht einen Namen.
smime-renew = Zertifikat erneuern
smime-renew-text = Ein neuer Schlüssel und ein neuer Antrag lösen „{ $label }“ ab, sobald das Zertifikat da ist. Der alte Schlüssel bleibt: Er öffnet Ihre alten Nachrichten.
smime-make = Neuen Schlüssel erzeugen
smime-make-text = Der Schlüssel entsteht in diesem Browser. Den zugehörigen Antrag schicken Sie Ihrer Zertifizierungsstelle; wenn das Zertifikat eintrifft, fügen Sie es hier hinzu.
smime-make-name = Ihr Name im Zertifikat
smime-make-kind = Art des Schlüssels
smime-kind-rsa3072 = RSA 3072
smime-kind-rsa3072-text = Jedes Mailprogramm und jede Zertifizierungsstelle versteht ihn. Das Erzeugen dauert einige Sekunden.
smime-kind-p256 = Elliptische Kurve P-256
smime-kind-p256-text = Ebenso stark, kleiner und schneller. Manche älteren Mailprogramme können nichts damit anfangen.
smime-kind-p384 = Elliptische Kurve P-384
smime-kind-p384-text = Stärker als die beiden anderen. Manche älteren Mailprogramme können nichts damit anfangen.
smime-make-passphrase = Wählen Sie die Passphrase, die diesen Schlüssel ab jetzt öffnet.
smime-make-passphrase-more = Wählen Sie die Passphrase, die diesen Schlüssel öffnet. Mit der Ihrer anderen Schlüssel öffnet eine Passphrase alle.
smime-make-go = Schlüssel erzeugen
smime-make-wait = Ein RSA-Schlüssel besteht aus zwei großen zufälligen Primzahlen; auf einem Telefon kann die Suche eine halbe Minute dauern.
smime-make-label = Schlüssel von { $year }
smime-make-done = Der Schlüssel wurde erzeugt und liegt verschlüsselt in Ihrem Tresor.
smime-request = Antrag auf ein Zertifikat
smime-request-text = Schicken Sie diesen Antrag Ihrer Zertifizierungsstelle oder Ihrem Administrator. Er enthält kein Geheimnis. Sie finden ihn in der Liste Ihrer Schlüssel wieder.
smime-request-save = Antrag speichern (.csr)
smime-request-copy = Antrag kopieren
smime-request-copied = Der Antrag wurde kopiert.
smime-request-not-copied = Der Browser hat das Kopieren nicht erlaubt. Speichern Sie den Antrag als Datei.
smime-state-pending = Wartet auf sein Zertifikat
smime-pending-text = Das Zertifikat dieses Schlüssels ist noch nicht da. Schicken Sie den Antrag Ihrer Zertifizierungsstelle, und fügen Sie das Zertifikat hier hinzu, wenn Sie es haben.
smime-asked-text = Ihre Organisation stellt selbst Zertifikate aus. Bitten Sie sie um eines für diesen Schlüssel; der Schlüssel bleibt bei Ihnen.
smime-asked-go = Die Organisation bitten
smime-asked-again = Noch einmal bitten
smime-asked-done = Ihre Organisation wurde gebeten.
smime-asked-waiting = Erbeten am { $since }. Ihre Organisation kann bis { $until } antworten; die Antwort steht dann hier.
smime-asked-withdraw = Zurückziehen
smime-asked-refused = Ihre Organisation hat abgelehnt: { $reason }
smime-asked-issued = Ihre Organisation hat das Zertifikat ausgestellt.
smime-asked-take = Zum Schlüssel geben …
smime-asked-name = das Zertifikat Ihrer Organisation
smime-asked-elsewhere = Eine andere Zertifizierungsstelle
smime-arrived = Zertifikat hinzufügen
smime-arrived-go = Das Zertifikat ist da …
smime-arrived-text = Wählen Sie das Zertifikat, das Sie für „{ $label }“ bekommen haben.
smime-arrived-kinds = .pem, .crt, .cer, .p7b
smime-arrived-p12 = Diese Datei bringt einen eigenen Schlüssel mit.
smime-arrived-passphrase = Das Zertifikat in „{ $file }“ kommt zu seinem Schlüssel. Dafür muss „{ $label }“ geöffnet werden.
smime-arrived-other = Dieses Zertifikat gehört zu einem anderen Schlüssel als „{ $label }“.
smime-arrived-none = In „{ $file }“ ist kein lesbares Zertifikat.
smime-arrived-use = Ab jetzt damit signieren und empfangen
smime-arrived-done = Das Zertifikat wurde hinzugefügt, und Ihr Schlüssel ist entsperrt.
smime-key-actions = Aktionen für { $label }
smime-old = Öffnet alte Nachrichten; behalten Sie ihn.
smime-ended = { $n ->
    [0] heute abgelaufen, { $date }
    [one] gestern abgelaufen, { $date }
   *[other] vor { $n } Tagen abgelaufen, { $date }
}
smime-ends = { $n ->
    [one] läuft innerhalb eines Tages ab, { $date }
   *[other] läuft in { $n } Tagen ab, { $date }
}
smime-valid-from = gültig ab { $date }
smime-issued-by = ausgestellt von { $issuer }
smime-choose-sign = Damit signieren
smime-choose-encrypt = Damit empfangen
smime-choose-which = ({ $who }, bis { $date })
smime-answered-issued = Ihre Organisation hat Ihr Zertifikat ausgestellt
smime-answered-issued-text = Geben Sie es zu Ihrem Schlüssel: Dann können Sie damit signieren, und andere können für Sie verschlüsseln.
smime-answered-refused = Ihre Organisation hat kein Zertifikat ausgestellt
smime-answered-see = In den Einstellungen ansehen
smime-remind = Ihr Zertifikat läuft am { $date } ab
smime-remind-text = Danach können Sie nicht mehr damit signieren, und andere können nicht mehr für Sie verschlüsseln. Was Sie haben, bleibt lesbar.
smime-remind-over = Ihr Zertifikat ist am { $date } abgelaufen
smime-remind-over-text = Sie können nicht mehr damit signieren, und andere können nicht mehr für Sie verschlüsseln. Was Sie haben, bleibt lesbar.
smime-remind-renew = Erneuern …
smime-remind-later = Später erinnern
smime-remind-hide = Nicht mehr zeigen
smime-import-title-file = Schlüssel importieren
smime-import-title-password = Passwort der Datei
smime-import-title-summary = Was darin ist
smime-import-title-passphrase = Passphrase für den Schlüsselbund wählen
smime-import-title-backup = Sicherung aufbewahren
smime-import-intro = Wählen Sie die .p12- oder .pfx-Datei mit Zertifikat und privatem Schlüssel. Sie wird in diesem Browser geöffnet; der Server bekommt sie nur neu verschlüsselt.
smime-import-choose = Datei wählen oder hier ablegen
smime-import-kinds = .p12 oder .pfx
smime-import-password = „{ $file }“ ist mit einem Passwort geschützt. Sie haben es mit der Datei bekommen oder beim Exportieren gewählt.
smime-file-password = Passwort der Datei
smime-file-password-hint = Leer lassen, wenn es keines gibt.
smime-file-password-wrong = Das Passwort öffnet diese Datei nicht.
smime-import-open = Öffnen
smime-import-next = Weiter
smime-import-protect = Schützen
smime-import-store = Fertigstellen
smime-import-passphrase = Ab jetzt öffnet eine Passphrase Ihre Schlüssel. Sie werden hier damit verschlüsselt, bevor etwas gespeichert wird.
smime-import-useless = Dieser Schlüssel kann für { $address } nicht verwendet werden.
smime-working = Das dauert ein paar Sekunden und macht das Erraten der Passphrase sehr langwierig.
smime-backup-text = Speichern Sie die neu verschlüsselte Datei dort, wo Sie Wichtiges aufbewahren. Ihre Passphrase öffnet sie, hier und in jedem anderen Mailprogramm.
smime-backup-kept = Gespeichert. Sie können jetzt fertigstellen.
smime-backup-why = Verliert der Server seine Kopie, ist dies die einzige.
smime-key-unnamed = Schlüssel ohne Namen
smime-no-address = Keine Mailadresse
smime-problem-none = Für { $address }, gültig, zum Signieren und Verschlüsseln.
smime-problem-no-certificate = Dieser Schlüssel hat kein Zertifikat.
smime-problem-address = Das Zertifikat ist nicht für { $address }.
smime-problem-address-case = Das Zertifikat schreibt { $address } mit anderen Groß- und Kleinbuchstaben. Das wird angenommen.
smime-problem-no-address = Das Zertifikat nennt keine Mailadresse.
smime-problem-expired = Abgelaufen. Es öffnet noch alte Nachrichten, wird aber für neue nicht verwendet.
smime-problem-not-yet-valid = Noch nicht gültig.
smime-problem-expires-soon = Läuft innerhalb von 30 Tagen ab.
smime-problem-weak = Nach heutigem Stand zu schwach für neue Nachrichten.
smime-problem-no-use = Nicht zum Signieren oder Verschlüsseln von E-Mails bestimmt.
smime-problem-sign-only = Nur zum Signieren. Andere können Ihnen damit nicht verschlüsselt schreiben.
smime-problem-encrypt-only = Nur zum Verschlüsseln. Sie können damit nicht signieren.
smime-file-empty = Die Datei ist leer.
smime-file-too-large = Die Datei ist zu groß für einen Schlüssel.
smime-file-pem-key = Das ist ein ungeschützter Schlüssel in Textform. Exportieren Sie ihn zusammen mit seinem Zertifikat als .p12.
smime-file-pem = Das ist eine Textdatei mit Zertifikaten, ohne Schlüssel. Wählen Sie die .p12-Datei.
smime-file-certificate = Das ist ein Zertifikat ohne privaten Schlüssel. Wählen Sie die .p12-Datei.
smime-file-key = Das ist ein bloßer Schlüssel ohne Zertifikat. Exportieren Sie beides zusammen als .p12.
smime-file-other = Das ist keine .p12-Datei.
smime-err-wrong-passphrase = Die Passphrase ist falsch.
smime-err-damaged = Die Datei ist beschädigt.
smime-err-unsupported = Die Datei verwendet ein Verfahren, das nicht unterstützt wird. Exportieren Sie sie erneut, mit AES und ohne besonderen Modus.
smime-err-empty = In der Datei ist kein privater Schlüssel.
smime-err-refused = Das lässt der Schlüsselbund nicht zu.
smime-err-failed = Der Schlüssel konnte dafür nicht verwendet werden.
smime-err-locked = Ihr Schlüsselbund ist gesperrt.
smime-err-unknown = Keiner Ihrer Schlüssel passt.
smime-err-too-many = Ihre Schlüssel wurden innerhalb einer Minute sehr oft benutzt. Bitte warten Sie einen Augenblick.
smime-err-integrity = Der Schlüsselbund dieser Seite ist veraltet. Bitte laden Sie die Seite neu.
smime-err-unsafe = Der Schlüsselbund arbeitet nicht, weil diese Seite ihn nicht sicher einschließt. Sagen Sie es Ihrem Administrator.
smime-err-timeout = Es hat zu lange gedauert und wurde abgebrochen.
smime-err-unavailable = Der Schlüsselbund konnte nicht geladen werden. Bitte prüfen Sie die Verbindung und laden Sie die Seite neu.
smime-sign-unlock = Zum Signieren entsperren
smime-send-cancelled = Nicht gesendet: Der Schlüsselbund blieb gesperrt.
smime-check-nothing-signed = Es wurde nichts signiert und nichts gesendet.
smime-check-mode = Der Server will die Nachricht anders schützen, als Sie gewählt haben.
smime-check-signer = Der Server will eine Signatur mit einem anderen Zertifikat als Ihrem.
smime-check-recipients = Der Server hat die Nachricht für andere Empfänger vorbereitet als Ihre.
smime-check-certificate = Der Server will mit einem anderen Zertifikat verschlüsseln als dem, das Ihnen gezeigt wurde.
smime-check-from = Der Server hat die Nachricht mit einem anderen Absender vorbereitet.
smime-check-subject = Der Server hat die Nachricht mit einem anderen Betreff vorbereitet.
smime-check-header = Der Server hat den Kopf der Nachricht verändert.
smime-check-text = Der Server hat einen anderen Text vorbereitet als Ihren.
smime-check-html = Der Server hat einen anderen formatierten Text vorbereitet als Ihren.
smime-check-attachment = Der Server hat andere Anhänge vorbereitet als Ihre.
smime-check-structure = Der Server hat die Nachricht in einer Form vorbereitet, die sich nicht prüfen lässt.
smime-check-time = Die Uhren des Servers und dieses Computers weichen um mehr als einen Tag voneinander ab.
smime-check-forward = Teile einer weitergeleiteten Nachricht lassen sich nicht prüfen. Speichern Sie sie und hängen Sie sie neu an.
smime-check-digest = Der Server verlangt eine Signatur über etwas anderes als Ihre Nachricht.

## Vertrauen und Zertifikate anderer
trust-certificate = Diesem Zertifikat für { $address } vertrauen …
trust-issuer = Diesem Aussteller vertrauen …
trust-certificate-title = Diesem Zertifikat für { $address } vertrauen?
trust-issuer-title = Diesem Aussteller vertrauen?
trust-certificate-text = E-Mails von { $address }, die mit genau diesem Zertifikat signiert sind, gelten dann als bestätigt. Keine hier bekannte Stelle hat geprüft, wem es gehört: nur Sie.
trust-issuer-text = Zertifikate, die „{ $name }“ für E-Mail ausstellt, werden dann anerkannt, für die Adressen, die Sie hier wählen. Diese Stelle kann für jeden bürgen, auch zu Unrecht. Tun Sie das nur bei einer Stelle, die Sie kennen.
trust-scope = Für welche E-Mails
trust-scope-address = Nur E-Mails von { $address }
trust-scope-any = E-Mails von jeder Adresse
trust-means = Es gilt nur für Sie, und Sie können es in den Einstellungen unter „Von mir vertraut“ zurücknehmen.
trust-fingerprint = SHA-256-Fingerabdruck
trust-compared = Ich habe den Fingerabdruck mit dem Absender auf anderem Weg verglichen, etwa am Telefon.
trust-compared-issuer = Ich habe den Fingerabdruck vom Aussteller selbst und habe ihn verglichen.
trust-do = Vertrauen
trust-done-certificate = Sie vertrauen diesem Zertifikat für { $address }.
trust-done-issuer = Sie vertrauen diesem Aussteller.
trust-text = Zertifikate und Aussteller, für die keine bekannte Stelle bürgt und denen Sie selbst vertrauen. Sie gelten nur für Sie.
trust-none = Noch nichts
trust-none-text = Kommt eine signierte Nachricht von einem unbekannten Aussteller, lässt sich in ihren Einzelheiten dem Zertifikat oder dem Aussteller vertrauen.
trust-kind-certificate = Zertifikat, für { $address }
trust-kind-issuer = Aussteller, für jede Adresse
trust-kind-issuer-for = Aussteller, für { $address }
trust-since = seit { $date }
trust-remove = Entfernen
trust-remove-title = „{ $name }“ nicht mehr vertrauen?
trust-remove-text = E-Mails, die nur dadurch bestätigt waren, gelten von nun an als nicht bestätigt.
trust-removed = Ihr Vertrauen wurde zurückgenommen.
change-title = { $name } verwendet ein neues Zertifikat
change-text = Das bekannte bleibt in Gebrauch, bis Sie das neue angesehen haben.
change-why-first = Es ist das erste, das gesehen wurde.
change-why-same-key = Es gehört zum selben Schlüssel.
change-why-renewed = Es kommt von derselben Stelle.
change-why-older = Es ist älter als das verwendete.
change-why-revocation = Ob es widerrufen wurde, ist nicht bekannt.
change-why-rejected-before = Sie haben für diese Adresse schon einmal ein anderes abgelehnt.
change-why-trust = Dafür bürgt eine Stelle, die weniger Vertrauen verdient.
change-why-preferred = Das verwendete haben Sie selbst gewählt.
change-why-authority = Eine andere Stelle hat es ausgestellt.
change-why-merged = Es kam per E-Mail für einen anderen Kontakt, der mit diesem vereint wurde.
change-why-early = Es kommt lange vor dem Ende des verwendeten.
change-explain = Neue Zertifikate gibt es, wenn die alten ablaufen. Auch wer Ihre E-Mails mitlesen will, würde ein neues anbieten. Wenn Sie es nicht erwartet haben, fragen Sie auf anderem Weg nach, etwa am Telefon, und vergleichen Sie den Fingerabdruck.
change-review = Vergleichen …
change-look = Ansehen …
change-first-title = Dieses Zertifikat von { $name } verwenden?
change-first-explain = Es wartet, weil etwas daran nicht sicher ist. Was Sie an { $name } verschlüsseln, kann lesen, wer den Schlüssel dazu hat. Vergleichen Sie den Fingerabdruck auf anderem Weg, etwa am Telefon.
change-new = Neu
change-known = Bekannt seit { $date }
change-later = Später
change-accept = Das neue verwenden
change-accept-first = Verwenden
change-reject = Nicht verwenden
change-accepted = Von nun an wird das neue Zertifikat von { $name } verwendet.
change-rejected = Das neue Zertifikat von { $name } wird nicht verwendet.
certificates-text = Zertifikate der Menschen, denen Sie schreiben. Sie werden aus E-Mails mit bestätigter Signatur von selbst gespeichert; Dateien können Sie hinzufügen.
certificates-import = Datei hinzufügen
certificates-imported = Das Zertifikat von { $name } wurde gespeichert.
certificates-not-one = „{ $file }“ enthält kein Zertifikat.
certificates-none = Noch kein Zertifikat
certificates-none-text = Öffnen Sie eine signierte Nachricht, deren Absender bestätigt ist, oder fügen Sie eine Zertifikatsdatei hinzu, die Sie bekommen haben.
certificates-filter = Nach Name oder Adresse filtern
certificates-more = { $n } weitere zeigen
certificates-expired-on = abgelaufen am { $date }
certificates-since = seit { $date }
certificates-provenance = „{ $subject }“ vom { $date }
certificates-state-valid = In Gebrauch
certificates-state-untrusted = Nicht vertrauenswürdig
certificates-state-pending = Wartet auf Sie
certificates-state-superseded = Früheres
certificates-state-rejected = Nicht verwendet
certificates-preferred = Hiermit wird verschlüsselt
certificates-revoked = Widerrufen
certificates-accept = Doch verwenden
certificates-prefer = Hiermit verschlüsseln
certificates-remove = Entfernen
certificates-remove-title = Dieses Zertifikat von { $name } entfernen?
certificates-remove-text = Dann kann damit nicht mehr verschlüsselt werden. Mit der nächsten bestätigten signierten Nachricht kommt es wieder.
certificates-did-accept = Es wird von nun an verwendet.
certificates-did-reject = Es wird nicht verwendet.
certificates-did-prefer = Von nun an wird hiermit verschlüsselt.
certificates-did-remove = Es wurde entfernt.

## Aktionen
moved = { $n ->
    [one] Nach { $folder } verschoben.
   *[other] { $n } Nachrichten nach { $folder } verschoben.
}
archived = { $n ->
    [one] Archiviert.
   *[other] { $n } Nachrichten archiviert.
}
archive-none = Dieses Postfach hat keinen Archivordner. Legen Sie einen mit dem Namen „Archive“ an.
junk-none = Dieses Postfach hat keinen Spamordner.
copied = { $n ->
    [one] Nach { $folder } kopiert.
   *[other] { $n } Nachrichten nach { $folder } kopiert.
}
marked-read = { $n ->
    [one] Als gelesen markiert.
   *[other] { $n } Nachrichten als gelesen markiert.
}
marked-unread = { $n ->
    [one] Als ungelesen markiert.
   *[other] { $n } Nachrichten als ungelesen markiert.
}
starred = { $n ->
    [one] Mit Stern versehen.
   *[other] { $n } Nachrichten mit Stern versehen.
}
unstarred = { $n ->
    [one] Stern entfernt.
   *[other] Stern von { $n } Nachrichten entfernt.
}
labelled = { $n ->
    [one] Etikett „{ $label }“ hinzugefügt.
   *[other] Etikett „{ $label }“ zu { $n } Nachrichten hinzugefügt.
}
unlabelled = { $n ->
    [one] Etikett „{ $label }“ entfernt.
   *[other] Etikett „{ $label }“ von { $n } Nachrichten entfernt.
}
deleted = { $n ->
    [one] In den Papierkorb gelegt.
   *[other] { $n } Nachrichten in den Papierkorb gelegt.
}
deleted-forever = { $n ->
    [one] Endgültig gelöscht.
   *[other] { $n } Nachrichten endgültig gelöscht.
}
delete-forever = Endgültig löschen
delete-forever-title = { $n ->
    [one] Diese Nachricht endgültig löschen?
   *[other] { $n } Nachrichten endgültig löschen?
}
delete-forever-text = Das lässt sich nicht rückgängig machen.
move-title = { $n ->
    [one] Verschieben nach …
   *[other] { $n } Nachrichten verschieben nach …
}
copy-title = { $n ->
    [one] Kopieren nach …
   *[other] { $n } Nachrichten kopieren nach …
}
move-hint = Name eines Ordners eingeben
go-to = Gehe zu { $folder }

## Labels
labels = Etiketten
labels-edit = Etiketten bearbeiten
labels-text = Etiketten stehen bei den Nachrichten auf dem Mailserver; andere Mailprogramme sehen sie als Schlagwörter.
label-title = { $n ->
    [one] Etiketten
   *[other] Etiketten von { $n } Nachrichten
}
label-hint = Name eines Etiketts eingeben
label-make = „{ $name }“ anlegen
label-none = Es gibt noch keine Etiketten. Geben Sie einen Namen ein, um das erste anzulegen.
label-name-taken = Ein anderes Etikett heißt so oder hieß so, als es entstand.
label-on-all = An allen
label-on-some = An einigen
label-new = Neues Etikett
label-add = Hinzufügen
label-show = Etikett { $label } zeigen
label-colour = Farbe von { $label }
label-name-of = Name des Etiketts { $label }
label-remove = Etikett entfernen
label-remove-one = Das Etikett { $label } entfernen
label-remove-title = Das Etikett { $label } entfernen?
label-remove-text = Es wird von jeder Nachricht in Ihren eigenen Ordnern genommen. Die Nachrichten bleiben.
label-removed = Das Etikett „{ $label }“ wurde entfernt.
done = Fertig
colour-grey = Grau
colour-red = Rot
colour-orange = Orange
colour-yellow = Gelb
colour-green = Grün
colour-teal = Türkis
colour-blue = Blau
colour-purple = Lila
colour-pink = Rosa

## Befehle
cmd-inbox = Posteingang
cmd-sent = Gesendet
cmd-drafts = Entwürfe
cmd-archive-folder = Archivordner
cmd-search = Suchen
cmd-next = Nächste Nachricht
cmd-previous = Vorige Nachricht
cmd-open = Nachricht öffnen
cmd-select = Nachricht auswählen
cmd-select-all = Alles hier auswählen
cmd-extend-down = Auswahl nach unten erweitern
cmd-extend-up = Auswahl nach oben erweitern
cmd-clear-selection = Auswahl aufheben
cmd-refresh = Neue E-Mails abrufen
cmd-back = Zurück zur Liste
cmd-reply = Antworten
cmd-reply-all = Allen antworten
cmd-forward = Weiterleiten
cmd-archive = Archivieren
cmd-delete = Löschen
cmd-flag = Stern
cmd-unread = Als gelesen oder ungelesen markieren
cmd-move = Verschieben nach …
cmd-copy = Kopieren nach …
cmd-label = Etiketten
cmd-junk = Als Spam melden
cmd-not-junk = Kein Spam
cmd-print = Drucken
cmd-source = Quelltext der Nachricht
cmd-compose = Neue Nachricht
cmd-palette = Befehlsliste
cmd-shortcuts = Tastenkürzel
cmd-signout = Abmelden

## Einstellungen
settings-general = Allgemein
settings-identity = Name und Signatur
settings-security = Sicherheit
settings-certificates = Zertifikate anderer
settings-trust = Von mir vertraut
settings-about = Info
settings-back = Zurück zur E-Mail
set-theme = Erscheinungsbild
set-density = Abstände
density-comfortable = Normal
density-spacious = Großzügig
density-compact = Kompakt
set-language = Sprache
set-mark-read = Nachrichten beim Öffnen als gelesen markieren
set-mark-read-hint = Wenn dies aus ist, markieren Sie sie selbst mit Umschalt+U.
set-shortcuts = Tastenkürzel mit einzelnen Tasten
set-shortcuts-hint = Tasten wie j, k, e und r ohne Strg.
set-address = Adresse
set-name = Name
set-name-hint = Steht vor Ihrer Adresse in dem, was Sie senden.
name-use = „{ $name }“ verwenden
set-signature = Signatur
set-signature-hint = Wird unter Ihren Text gesetzt.
set-mode = Wenn Sie eine neue Nachricht schreiben
mode-default-auto = Automatisch: letzte Einstellung merken
mode-default-auto-text = Wie beim letzten Mal. Antworten auf verschlüsselte E-Mails werden immer verschlüsselt.
mode-default-none = Weder signieren noch verschlüsseln
mode-default-none-text = Für eine einzelne Nachricht können Sie es trotzdem wählen.
mode-default-sign = Signieren
mode-default-sign-text = Andere können prüfen, dass sie von Ihnen kommt und nicht verändert wurde.
mode-default-sign-encrypt = Signieren und verschlüsseln
mode-default-sign-encrypt-text = Nur Sie und die Empfänger können sie lesen. Jeder Empfänger braucht ein Zertifikat.
set-lock = Meine Schlüssel sperren nach
set-lock-minutes = { $n ->
    [5] 5 Minuten ohne Benutzung
    [15] 15 Minuten ohne Benutzung
    [60] 1 Stunde ohne Benutzung
    [240] 4 Stunden ohne Benutzung
   *[other] { NUMBER($n, maximumFractionDigits: 0) } Minuten ohne Benutzung
}
set-lock-hint = Sie werden auch gesperrt, wenn Sie sich abmelden oder den letzten Tab mit Waxseal schließen.
set-hide-subject = Betreff verschlüsselter E-Mails verbergen
set-hide-subject-hint = Server sehen dann „[...]“ statt des Betreffs. Nach ihm kann nicht gesucht werden, und manche älteren Programme zeigen ihn nur im Text.
about-text = Webmail mit S/MIME. Private Schlüssel werden in Ihrem Browser entsperrt und verlassen ihn nie.
about-account = Konto
about-keyring = Schlüsselbund
about-plan = Tarif
about-instance = Server

## Schreiben
apply = Übernehmen
message = Nachricht
security = Sicherheit
subject = Betreff
recipient = Empfänger
certificate = Zertifikat
compose-new = Neue Nachricht
compose-show = Zeigen
compose-minimize = Minimieren
compose-out = In eigenem Fenster öffnen
compose-out-blocked = Der Browser hat kein weiteres Fenster geöffnet. Die Nachricht ist noch hier.
compose-out-failed = Das andere Fenster konnte die Nachricht nicht übernehmen. Sie ist noch hier.
compose-out-closed = Das Fenster der Nachricht wurde geschlossen. Ihr Entwurf liegt in den Entwürfen.
compose-out-closed-late = Das Fenster der Nachricht wurde geschlossen, bevor die letzten Worte gespeichert waren. Was davor gespeichert war, liegt in den Entwürfen.
compose-out-closed-lost = Das Fenster der Nachricht wurde geschlossen, bevor ein Entwurf gespeichert werden konnte.
replaced-left = Der frühere Entwurf konnte nicht gelöscht werden und liegt noch in den Entwürfen. { $why }
answered-unmarked = Die beantwortete Nachricht konnte nicht als beantwortet gekennzeichnet werden. { $why }
forwarded-unmarked = Die weitergeleitete Nachricht konnte nicht als weitergeleitet gekennzeichnet werden. { $why }
compose-out-ending = Dieses Fenster schließt sich, sobald der Server geantwortet hat.
compose-full = Volle Größe
compose-close = Schließen und als Entwurf behalten
compose-tabs = Teile der Nachricht
compose-too-many = Sie schreiben bereits an { $n } Nachrichten. Bitte schließen Sie zuerst eine.
cc-bcc = Cc Bcc
suggestions = Vorschläge
chips-added = { $n ->
    [one] Ein Empfänger hinzugefügt.
   *[other] { $n } Empfänger hinzugefügt.
}
chips-removed = { $name } entfernt.
chips-removed-n = { $n ->
    [one] Ein Empfänger entfernt.
   *[other] { $n } Empfänger entfernt.
}
chips-added-bad = { $n ->
    [one] Einer davon ist keine E-Mail-Adresse.
   *[other] { $n } davon sind keine E-Mail-Adressen.
}
chips-changed = Jetzt { $name }.
chips-copied = { $n ->
    [one] Ein Empfänger kopiert.
   *[other] { $n } Empfänger kopiert.
}
chips-found = { $n ->
    [one] Ein Vorschlag.
   *[other] { $n } Vorschläge.
}
chips-more = { $n ->
    [one] und ein weiterer
   *[other] und { $n } weitere
}
chips-paste-long = Dieser Text ist zu lang für eine Liste von Empfängern.
chips-forgotten = { $name } wird nicht mehr vorgeschlagen.
chips-not-forgotten = { $name } ließ sich nicht aus den Vorschlägen nehmen. Bitte noch einmal versuchen.
chip-edit = Empfänger bearbeiten
chip-copy = Kopieren
chip-move = Nach { $field } verschieben
chip-remove = Entfernen
chip-you = Sie selbst
chip-picked = ausgewählt
found-contact = Kontakt
found-met = Früher angeschrieben
found-directory = Verzeichnis
found-ldap = Verzeichnis
found-shown = Aus dieser Liste
found-members = { $n ->
    [one] Gruppe mit einem Mitglied
   *[other] Gruppe mit { $n }
}
found-ready = Kann verschlüsselte Mail empfangen
found-forget = Nicht mehr vorschlagen (Umschalt+Entf)
address-fault-none = Es fehlt die E-Mail-Adresse.
address-fault-no-at = Zu einer E-Mail-Adresse gehört ein @, wie in name@example.org.
address-fault-ats = Es steht mehr als ein @ darin.
address-fault-no-local = Vor dem @ steht nichts.
address-fault-no-domain = Nach dem @ steht nichts.
address-fault-blank = Es steht ein Leerzeichen darin.
address-fault-dots = Ein Punkt steht am Anfang oder Ende, oder zwei stehen hintereinander.
address-fault-long = Die Adresse ist zu lang.
address-fault-domain = „{ $sign }“ ist kein Name eines Mailservers.
address-fault-sign = „{ $sign }“ ist vor dem @ nicht erlaubt.
reply-to = Antwort an
reply-to-one = Antworten können nur an eine Adresse gehen, nicht an eine Gruppe.
recipients-already = { $n ->
    [one] { $names } steht schon unter { $field }.
    [2] { $names } stehen schon unter { $field }.
    [3] { $names } stehen schon unter { $field }.
   *[other] { $names } und andere ({ $n }) stehen schon unter { $field }.
}
recipients-moved = { $n ->
    [one] { $names } wurde hierher verschoben.
    [2] { $names } wurden hierher verschoben.
    [3] { $names } wurden hierher verschoben.
   *[other] { $names } und andere ({ $n }) wurden hierher verschoben.
}
recipients-moved-to = { $n ->
    [one] Nach { $field } verschoben.
   *[other] { $n } nach { $field } verschoben.
}
recipients-too-many = Eine Nachricht kann { $most } Empfänger haben, diese hat { $n }.
group-added = { $n ->
    [0] Niemand Neues in „{ $name }“.
    [one] Ein Mitglied von „{ $name }“ hinzugefügt.
   *[other] { $n } Mitglieder von „{ $name }“ hinzugefügt.
}
group-already = { $n ->
    [one] Eines stand schon da.
   *[other] { $n } standen schon da.
}
group-broken = { $n ->
    [one] Einem kann nicht geschrieben werden: { $names }. { $why }
   *[other] { $n } kann nicht geschrieben werden: { $names }. { $why }
}
group-gone = { $n ->
    [one] Ein Mitglied steht nicht mehr im Adressbuch.
   *[other] { $n } Mitglieder stehen nicht mehr im Adressbuch.
}
group-empty = „{ $name }“ hat keine Mitglieder.
group-failed = Die Mitglieder von „{ $name }“ ließen sich nicht lesen. { $why }
chip-hint = Eingabe bearbeitet, Entf entfernt, Alt und Pfeil verschiebt
editor-label = Text der Nachricht
editor-placeholder = Schreiben Sie Ihre Nachricht …
editor-drop = Dateien hier ablegen, um sie anzuhängen
editor-tools = Textgestaltung
editor-bold = Fett
editor-italic = Kursiv
editor-underline = Unterstrichen
editor-strikethrough = Durchgestrichen
editor-bullets = Aufzählung
editor-numbers = Nummerierte Liste
editor-quote = Zitat
editor-link = Link
editor-link-address = Adresse des Links
editor-clear = Formatierung entfernen
editor-undo = Rückgängig
editor-redo = Wiederholen
plain-to = Zu reinem Text wechseln
rich-to = Zu formatiertem Text wechseln
plain-title = Zu reinem Text wechseln?
plain-text = Formatierung, Bilder und Listen werden zu reinem Text.
plain-do = Wechseln
quote-intro = Am { $date } schrieb { $name }:
quote-mixed = Diese Nachricht mischt verschlüsselte und offene Teile. Sie werden nicht zusammen zitiert, deshalb beginnt die Antwort leer.
forward-line = ---------- Weitergeleitete Nachricht ----------
attach = Dateien anhängen
attached = { $n ->
    [one] Eine Datei angehängt.
   *[other] { $n } Dateien angehängt.
}
attach-remove = { $name } entfernen
attach-too-large = „{ $name }“ hat { $size }. Anhänge dürfen zusammen { $limit } haben.
attach-sum-too-large = Die Anhänge hätten zusammen { $size }. Höchstens { $limit } können gesendet werden.
attach-too-many = Eine Nachricht kann höchstens { $n } Anhänge haben.
attach-folder = { $n ->
    [one] „{ $name }“ ist ein Ordner. Bitte hängen Sie die Dateien darin an, oder packen Sie ihn vorher in eine .zip-Datei.
   *[other] { $n } Ordner wurden ausgelassen. Bitte hängen Sie die Dateien darin an, oder packen Sie sie vorher in eine .zip-Datei.
}
attach-unreadable = „{ $name }“ ist nicht lesbar. Wenn es ein Ordner ist, hängen Sie bitte die Dateien darin an.
attach-gone = „{ $name }“ wurde seit dem Anhängen geändert, verschoben oder gelöscht. Bitte entfernen Sie die Datei und hängen Sie sie neu an.
attach-total = { $n ->
    [one] { $n } Datei, { $size }; in der Nachricht { $sent }. Bis zu { $limit } können angehängt werden.
   *[other] { $n } Dateien, { $size }; in der Nachricht { $sent }. Bis zu { $limit } können angehängt werden.
}
attach-placed = { $n ->
    [one] Bild in den Text gesetzt
   *[other] { $n } Bilder in den Text gesetzt
}
attach-removed = { $name } entfernt
attach-original = { $n ->
    [one] Datei der ursprünglichen Nachricht anhängen
   *[other] Die { $n } Dateien der ursprünglichen Nachricht anhängen
}
upload-progress = Hochladen
upload-sending = Wird gesendet: { $sent } von { $total }
upload-saving = Entwurf wird gespeichert: { $sent } von { $total }
upload-whole = Alles ist angekommen; der Server arbeitet daran …
compose-loading = Dateien und Bilder werden geholt. Speichern und senden lässt sich die Nachricht, sobald sie da sind.
compose-not-loaded = Nicht alle Dateien und Bilder ließen sich holen.
compose-not-loaded-draft = Damit nichts verloren geht, wird jetzt weder gespeichert noch gesendet. Machen Sie ohne sie weiter, wird daraus ein eigener Entwurf, und der alte bleibt, wie er ist.
compose-not-loaded-text = Damit nichts fehlt, wird jetzt weder gespeichert noch gesendet. Sie können auch ohne sie weitermachen.
compose-go-without = Ohne sie weitermachen
err-not-loaded = Es sind nicht alle Dateien und Bilder da.
upload-stopped = Das Hochladen wurde angehalten. Es ist noch alles da.
upload-again = Noch einmal hochladen
draft-sealed = Dieser Entwurf ist verschlüsselt und sein Text ist nicht da; er bleibt deshalb, wie er ist.
draft-sealed-title = Verschlüsselter Entwurf, nicht gesendet.
draft-sealed-text = Für wen er ist, Betreff und Text stehen darin. Entsperren Sie unten Ihren Schlüssel, um weiterzuschreiben.
draft-sealed-damaged = Er ließ sich nicht öffnen und bleibt, wie er ist. Der Grund steht unten.
draft-sealed-off = Er wurde mit S/MIME geschrieben, das Ihr Tarif gerade nicht enthält, und lässt sich hier nicht öffnen. Er bleibt, wie er ist.
row-draft-sealed = Empfänger verschlüsselt
draft-edit = Weiterschreiben
draft-edit-text = Dies ist ein Entwurf. Er wurde nicht gesendet.
draft-leaving = Diese Nachricht wird gleich gesendet.
draft-leaving-elsewhere = Diese Nachricht wird gleich aus einem anderen Fenster gesendet; dort lässt sie sich zurückholen.
draft-saving = Wird gespeichert …
draft-saved = Gespeichert
draft-saved-encrypted = Verschlüsselt gespeichert
draft-not-saved = Nicht gespeichert
draft-impossible-short = Nicht auf dem Server
draft-impossible = Diese Nachricht wird vielleicht verschlüsselt, und Sie haben kein Zertifikat, um den Entwurf für sich selbst zu verschlüsseln. Deshalb wird kein Entwurf auf dem Server gehalten; bitte lassen Sie dieses Fenster offen, bis Sie gesendet haben.
draft-failed = Der Entwurf konnte nicht gespeichert werden. { $why }
draft-kept = In den Entwürfen behalten.
draft-discarded = Entwurf verworfen.
discard = Verwerfen
discard-title = Diese Nachricht verwerfen?
discard-text = Was Sie geschrieben haben, wird gelöscht, auch der gespeicherte Entwurf.

## Senden
send = Senden
send-signed = Signiert senden
send-encrypted = Verschlüsselt senden
send-signed-encrypted = Signiert und verschlüsselt senden
send-tip = Senden
sending = Wird gesendet …
sent-send = Gesendet.
sent-send-signed = Signiert gesendet.
sent-send-encrypted = Verschlüsselt gesendet.
sent-send-signed-encrypted = Signiert und verschlüsselt gesendet.
send-anyway = Trotzdem senden
send-no-recipient = Bitte geben Sie mindestens einen Empfänger an.
send-bad-address = „{ $address }“ ist keine E-Mail-Adresse.
send-bad-addresses = { $n } Einträge sind keine E-Mail-Adressen: { $list }.
send-bad-one = „{ $address }“
send-no-subject-title = Ohne Betreff senden?
send-no-subject-text = Die Empfänger sehen eine leere Betreffzeile.
send-no-file-title = Ohne Anhang senden?
send-no-both-title = Ohne Betreff und ohne Anhang senden?
send-no-file-text = In Ihrem Text steht „{ $word }“, und es hängt keine Datei an.
templates = Vorlagen
templates-none = Es gibt noch keine. Behalten Sie einen Text, den Sie oft schreiben, und beginnen Sie beim nächsten Mal damit.
template-name = Name
template-keep = Diese Nachricht als Vorlage behalten
template-kept = „{ $name }“ ist behalten
template-gone = „{ $name }“ ist gelöscht
template-delete = { $name } löschen
template-secret = Diese Nachricht wird oder kann verschlüsselt werden. Sie lässt sich nicht als Vorlage behalten, weil der Server ihren Text im Klartext hätte.
send-no-signer = Sie haben kein Zertifikat zum Signieren. Importieren Sie Ihre .p12-Datei unter Einstellungen › Sicherheit, oder wählen Sie für diese Nachricht „Weder signieren noch verschlüsseln“.
send-no-keyring = Signieren und Verschlüsseln sind in diesem Browser gerade nicht möglich. Die Nachricht wurde nicht gesendet.
send-changed = Inzwischen hat sich geändert, wofür die Nachricht vorbereitet wurde, zum Beispiel das Zertifikat eines Empfängers. Sehen Sie sich die Empfänger an und senden Sie noch einmal.
send-failed = Nicht gesendet. { $why } Was Sie geschrieben haben, bleibt erhalten.
send-refused = { $who }: Der Server antwortete „{ $reply }“
# --- what the organisation demands of mail that is read ---
policy-rule = Regel „{ $rule }“
policy-default = ihre Vorgabe
policy-met = Wie Ihre Organisation es von Nachrichten von { $who } verlangt ({ $rule }).
policy-unknown = Was Ihre Organisation von dieser Nachricht verlangt, ließ sich nicht feststellen.
policy-refused-signed = Ihre Organisation verlangt eine gültige Signatur auf Nachrichten von { $who } ({ $rule }).
policy-refused-encrypted = Ihre Organisation verlangt, dass Nachrichten von { $who } verschlüsselt sind ({ $rule }).
policy-why-unsigned = Diese Nachricht ist nicht signiert. Fragen Sie den Absender auf anderem Weg, bevor Sie danach handeln.
policy-why-corrupt = Die Signatur dieser Nachricht hält nicht: Sie wurde verändert oder ist beschädigt.
policy-why-untrusted = Niemand, dem Sie vertrauen, bürgt für die Signatur dieser Nachricht.
policy-why-expired = Das Zertifikat ihrer Signatur war abgelaufen.
policy-why-revoked = Das Zertifikat ihrer Signatur wurde gesperrt.
policy-why-mismatch = Signiert hat jemand anderes als der Absender.
policy-why-revocation-unknown = Ob das Zertifikat ihrer Signatur gesperrt wurde, ließ sich nicht feststellen.
policy-why-opaque = Diese Nachricht ließ sich nicht öffnen; wer sie signiert hat, kann daher niemand sagen.
policy-why-not-encrypted = Diese Nachricht kam unverschlüsselt: Andere können sie unterwegs gelesen oder verändert haben.
policy-why-no-key = Sie haben keinen Schlüssel, der diese Nachricht öffnet.
policy-why-other = Diese Nachricht ist nicht so, wie es verlangt wird.
# --- what the organisation's rules say of a message that is written ---
rule-lock-sign = Ihre Organisation verlangt eine Signatur an { $who } (Regel „{ $rule }“).
rule-lock-encrypt = Ihre Organisation verlangt Verschlüsselung an { $who } (Regel „{ $rule }“).
rule-default-sign = Ihre Organisation verlangt eine Signatur an { $who }.
rule-default-encrypt = Ihre Organisation verlangt Verschlüsselung an { $who }.
rule-note = { $said } „{ $note }“
rule-trigger-sign = Der Betreff verlangt eine Signatur.
rule-trigger-encrypt = Der Betreff verlangt Verschlüsselung.
rule-subject = Der Betreff geht hinaus als „{ $subject }“.
rule-subject-differs = Der Betreff ginge hinaus als „{ $subject }“; das wurde Ihnen nicht gezeigt. Nichts wurde signiert oder gesendet. Sehen Sie ihn an und senden Sie erneut.
rule-raised = Jetzt ist „{ $mode }“ eingestellt. Sehen Sie es an und senden Sie erneut.
rule-no-plan = Ihr Tarif enthält kein S/MIME, deshalb kann dies nicht gesendet werden. Fragen Sie Ihre Administration.
rule-no-signer = Ihre Organisation verlangt eine Signatur, und Sie haben kein Zertifikat zum Signieren. Importieren Sie Ihre .p12-Datei unter Einstellungen › Sicherheit, oder fragen Sie Ihre Administration.
rule-by = Regel „{ $rule }“
rule-by-default = Vorgabe Ihrer Organisation
rule-by-trigger = Betreff
rule-level-sign-on = Signatur erwünscht
rule-level-sign-require = Signatur verlangt
rule-level-encrypt-on = Verschlüsselung erwünscht
rule-level-encrypt-require = Verschlüsselung verlangt
rule-wish-sign = Ihre Organisation wünscht eine Signatur (Regel „{ $rule }“). Sie können anders wählen.
rule-wish-encrypt = Ihre Organisation wünscht Verschlüsselung (Regel „{ $rule }“). Sie können anders wählen.
rule-wish-sign-declined = Ihre Organisation wünscht eine Signatur (Regel „{ $rule }“); diese Nachricht geht ohne.
rule-wish-encrypt-declined = Ihre Organisation wünscht Verschlüsselung (Regel „{ $rule }“); diese Nachricht geht ohne.
rules-unknown = Was Ihre Organisation von dieser Nachricht verlangt, ist nicht bekannt.
rules-late = Die Regeln Ihrer Organisation haben noch nicht geantwortet.
rules-unknown-means = Bis es eine Antwort gibt, gilt sie als Nachricht, die vielleicht verschlüsselt werden muss: Kein Entwurf wird im Klartext gehalten, und die Rechtschreibung wird nicht geprüft.
rules-unknown-kept = Der Entwurf, der schon gehalten wird, bleibt, wie er ist. Was Sie ab hier schreiben, wird gehalten, sobald es eine Antwort gibt; bis dahin wird die Rechtschreibung nicht geprüft.
rules-unknown-last = Was zuletzt verlangt war, bleibt eingeschaltet.
rules-unknown-send = Es wird von selbst wieder gefragt, und wenn Sie senden.
rules-again = Erneut fragen
rules-known = Was Ihre Organisation von dieser Nachricht verlangt, ist jetzt bekannt.
err-rules-unknown = Was Ihre Organisation von dieser Nachricht verlangt, ist nicht bekannt.
demand-sign = Ihre Organisation verlangt, dass Nachrichten an { $who } signiert sind (Regel „{ $rule }“). Wählen Sie es unter „Sicherheit“.
demand-encrypt = Ihre Organisation verlangt, dass Nachrichten an { $who } verschlüsselt sind (Regel „{ $rule }“). Wählen Sie es unter „Sicherheit“.
demand-both = Ihre Organisation verlangt, dass Nachrichten an { $who } signiert und verschlüsselt sind (Regel „{ $rule }“). Wählen Sie es unter „Sicherheit“.
demand-subject-sign = Der Betreff verlangt, dass diese Nachricht signiert ist. Wählen Sie es unter „Sicherheit“, oder ändern Sie den Betreff.
demand-subject-encrypt = Der Betreff verlangt, dass diese Nachricht verschlüsselt ist. Wählen Sie es unter „Sicherheit“, oder ändern Sie den Betreff.
demand-subject-both = Der Betreff verlangt, dass diese Nachricht signiert und verschlüsselt ist. Wählen Sie es unter „Sicherheit“, oder ändern Sie den Betreff.
send-no-text = Der Editor hat den Text nicht herausgegeben; bitte versuchen Sie es noch einmal.
sent-partly = Gesendet, aber nicht an alle
sent-partly-text = Die anderen haben sie erhalten. Sie finden sie unter „Gesendet“.
sent-unknown = Vielleicht wurde sie gesendet
sent-unknown-text = Die Verbindung brach während des Sendens ab, und der Server weiß noch nicht, was daraus wurde. Von selbst wird sie nicht noch einmal gesendet.
sent-ask = Erneut fragen

plan-lost-title = Signieren und Verschlüsseln gehören nicht mehr zu Ihrem Tarif
plan-lost-text = Für diese Nachricht hatten Sie „{ $mode }“ gewählt. Sie wird weder gesendet noch als Entwurf gespeichert, bevor Sie entscheiden. Ihr Administrator kann beides wieder einschalten.
plan-lost-do = Ohne Schutz weiterschreiben
plan-lost-confirm = Ohne Schutz weiterschreiben?
plan-lost-unsigned = Die Empfänger können dann nicht prüfen, ob die Nachricht von Ihnen stammt und unverändert ist.

## Sicherheit einer Nachricht
mode-none = Weder signieren noch verschlüsseln
mode-none-text = Eine gewöhnliche Nachricht.
mode-sign = Signieren
mode-sign-text = Empfänger können prüfen, dass sie von Ihnen kommt und unverändert ist.
mode-encrypt = Verschlüsseln
mode-encrypt-text = Nur Sie und die Empfänger können sie lesen.
mode-sign-encrypt = Signieren und verschlüsseln
mode-sign-encrypt-text = Beides; Empfänger sehen auch, dass sie von Ihnen kommt.
security-this-message = Für diese Nachricht
opaque = Text in der Signatur
opaque-text = Mailsysteme, die Nachrichten unterwegs verändern, können die Signatur nicht zerstören. Programme ohne S/MIME können die Nachricht nicht lesen.
opaque-inside-text = Für Empfänger, deren Programme das erwarten; verschlüsselt ist die Nachricht so oder so.
opaque-on = Der Text steht in der Signatur.
opaque-off = Der Text steht neben der Signatur.
signer = Signiert mit
signature-kept = Die Signatur wurde von Hand geändert und bleibt, wie sie ist.
security-locked = Ihre Organisation verlangt, dass Antworten auf verschlüsselte Mail verschlüsselt werden.
security-auto = Auto: { $what }
security-follows = Auto: folgt dem, was Sie für diese Empfänger zuletzt gewählt haben. Was Sie hier wählen, gilt für diese Nachricht.
security-follow = Wieder den Empfängern folgen
auto-less = Für diese Empfänger hat Auto „{ $mode }“ gewählt, also weniger als angezeigt war. Bitte ansehen und noch einmal senden.
auto-unknown = Nicht gesendet: Es ließ sich nicht feststellen, wie Nachrichten an diese Empfänger geschützt werden sollen. Senden Sie noch einmal, oder wählen Sie hier, wie diese gesendet wird.
security-default = Ihre Voreinstellung: { $mode }
security-none = Nicht geschützt
security-sign = Wird signiert
security-encrypt = { $all ->
    [0] Wird verschlüsselt
   *[other] Verschlüsselt für { $ready } von { $all }
}
security-sign-encrypt = { $all ->
    [0] Wird signiert und verschlüsselt
   *[other] Signiert und verschlüsselt für { $ready } von { $all }
}
security-recipients = Empfänger
security-recipients-none = Empfänger und ihre Zertifikate erscheinen hier, sobald Sie sie eingeben.
security-look-again = Erneut nach Zertifikaten suchen
security-subject-note = Der Betreff wird nicht verschlüsselt; Server können ihn lesen.
hide-subject = Betreff verbergen
hide-subject-text = Für Server verborgen, nicht durchsuchbar: Sie sehen „[...]“. Die Empfänger sehen ihn nach dem Öffnen.
subject-seen = Server können den Betreff lesen.
subject-hidden = Server sehen „[...]“ statt des Betreffs.
subject-hide = Verbergen
subject-show = Nicht verbergen
security-spell-note = Die Rechtschreibprüfung ist aus, damit Ihr Text nicht an einen Prüfdienst gesendet wird.
security-draft-note = Entwürfe dieser Nachricht werden für Sie selbst verschlüsselt gespeichert.
security-no-signer = Sie haben noch kein Zertifikat zum Signieren. Importieren Sie Ihre .p12-Datei unter Einstellungen › Sicherheit.
security-reply-plain = Die Nachricht, auf die Sie antworten, war verschlüsselt. Ihre Antwort wird es nicht sein.
security-late = Text, den Sie vor dem Einschalten der Verschlüsselung getippt haben, wurde vielleicht von Ihrem Browser geprüft.
spell-off = Rechtschreibprüfung aus
spell-off-why = Die Rechtschreibprüfung ist aus, weil diese Nachricht verschlüsselt wird oder werden kann.
spell-title = Rechtschreibung
spell-count = { $n ->
    [one] Rechtschreibung: { $n } Wort
   *[other] Rechtschreibung: { $n } Wörter
}
spell-next = { $n ->
    [one] { $n } Wort ansehen
   *[other] { $n } Wörter ansehen
}
spell-none = Keine Fehler gefunden
spell-language = Sprache
spell-auto = Am Text erkennen
spell-auto-found = Erkannt: { $language }
spell-not = Keine Rechtschreibprüfung
spell-nothing = Keine Vorschläge
spell-add = Zu meinen Wörtern hinzufügen
spell-ignore = Hier ignorieren
spell-skip = Nächstes Wort
spell-added = „{ $word }“ zu Ihren Wörtern hinzugefügt
recipient-ready = Kann verschlüsselte E-Mails empfangen
recipient-none = Kein Zertifikat bekannt
recipient-expired = Zertifikat ist abgelaufen
recipient-not-yet-valid = Zertifikat ist noch nicht gültig
recipient-weak = Zertifikat ist zu schwach
recipient-untrusted = Zertifikat ist nicht vertrauenswürdig
recipient-revoked = Zertifikat wurde widerrufen
recipient-revocation-unknown = Ob das Zertifikat widerrufen wurde, ließ sich nicht prüfen
recipient-pending-change = Kann verschlüsselte E-Mails empfangen; ein neues Zertifikat wartet auf Sie
recipient-invalid-address = Keine E-Mail-Adresse
recipient-unknown = Zertifikat wird gesucht …
recipient-not-told = Noch nicht bekannt; es wird erneut gefragt
recipient-why-none = kein Zertifikat
recipient-why-expired = abgelaufen { $date }
recipient-why-not-yet-valid = Zertifikat noch nicht gültig
recipient-why-weak = Zertifikat zu schwach
recipient-why-untrusted = Zertifikat nicht vertrauenswürdig
recipient-why-revoked = Zertifikat widerrufen
recipient-why-revocation-unknown = Widerruf nicht prüfbar
recipient-why-invalid-address = keine Adresse
recipient-why-unknown = noch nicht gefunden
certificate-expires = Gültig bis
certificate-until = bis { $date }
certificate-harvested = aus einer signierten Nachricht
certificate-contact = aus Ihren Kontakten
certificate-registered = von Ihrer Organisation hinterlegt
certificate-directory = aus Ihrer Organisation
certificate-ldap = aus dem Verzeichnis
certificate-imported = von Ihnen hinzugefügt
certificate-own = Ihr eigenes
cannot-encrypt = Verschlüsseln nicht möglich an
cannot-encrypt-text = Eine signierte Nachricht von dort genügt: Das Zertifikat wird dann von selbst übernommen.
cannot-encrypt-untrusted = Eine signierte Nachricht von dort bringt es mit: In ihren Einzelheiten lässt sich dem Zertifikat oder seinem Aussteller vertrauen, wenn klar ist, dass es wirklich das richtige ist.
cannot-find = Zertifikate suchen
cannot-found-none = Es wurde nichts Brauchbares gefunden. { $n ->
    [one] Eine signierte Nachricht von dort genügt; Sie können darum bitten.
   *[other] Je eine signierte Nachricht von dort genügt; Sie können darum bitten.
}
cannot-none-left = Jetzt kann an alle verschlüsselt werden.
cannot-ask = { $n ->
    [one] Um das Zertifikat bitten
   *[other] Alle { $n } um ihr Zertifikat bitten
}
cannot-ask-again = Noch einmal bitten
cannot-ask-rule = Auch eine unverschlüsselte Bitte um ein Zertifikat lässt die Regel nicht an { $who }. Bitten Sie zum Beispiel am Telefon darum, oder lassen Sie das Zertifikat von Ihrer Administration eintragen. Bis dahin kann die Nachricht verschlüsselt in den Entwürfen warten.
cannot-ask-unknown = Ob die Regel eine unverschlüsselte Bitte um ein Zertifikat an { $who } lässt, konnte nicht gefragt werden. { $why } Es wird von selbst wieder gefragt. Bis dahin kann die Nachricht verschlüsselt in den Entwürfen warten.
cannot-ask-rules = Regeln erneut fragen
cannot-remove = { $n ->
    [one] Diesen Empfänger entfernen
   *[other] Diese { $n } Empfänger entfernen
}
cannot-removed = { $n ->
    [one] Ein Empfänger wurde entfernt.
   *[other] { $n } Empfänger wurden entfernt.
}
cannot-split = { $n ->
    [one] An die anderen verschlüsselt, hierhin nur signiert…
   *[other] An die anderen verschlüsselt, an diese { $n } nur signiert…
}
cannot-plain = Alles unverschlüsselt senden…
cannot-plain-title = Ohne Verschlüsselung senden?
cannot-plain-text = Jeder, der diese Nachricht befördert, kann sie lesen.
cannot-plain-reply-text = Sie antworten auf eine verschlüsselte Nachricht. Jeder, der Ihre Antwort befördert, könnte sie lesen, und was sie zitiert.
cannot-plain-do = Nicht verschlüsseln
cannot-plain-send = Unverschlüsselt senden
cannot-cut = Zitierten Text herausnehmen
cannot-clear-look = Diese Antwort wird nicht mehr verschlüsselt. Bitte noch einmal durchsehen, dann senden.
cannot-clear-forbidden = Ihre Organisation erlaubt nicht, dies ohne Verschlüsselung zu senden.
ask-title = Um ein Zertifikat bitten?
ask-to = { $n ->
    [one] Diese Nachricht geht, von Ihnen signiert, an
   *[other] Diese Nachricht geht, von Ihnen signiert, an jeden einzeln:
}
ask-waits = Von Ihrer Nachricht steht nichts darin. Sie wartet verschlüsselt in den Entwürfen. Sobald Sie die Antwort gelesen haben, wird Ihnen gesagt, dass sie gesendet werden kann.
ask-do = { $n ->
    [one] Bitte senden
   *[other] { $n } Bitten senden
}
ask-subject = Bitte senden Sie mir eine signierte Nachricht
ask-note-hello = Guten Tag,
ask-note-why = ich möchte Ihnen verschlüsselt (S/MIME) schreiben, habe aber Ihr Zertifikat noch nicht.
ask-note-how = Bitte antworten Sie auf diese Nachricht und signieren Sie Ihre Antwort: Ihr Mailprogramm schickt Ihr Zertifikat mit der Signatur mit. Von da an kann ich Ihnen verschlüsselt schreiben.
ask-note-mine = Diese Nachricht ist signiert, mein Zertifikat haben Sie also jetzt.
ask-done = { $n ->
    [one] Die Bitte wurde gesendet.
   *[other] { $n } Bitten wurden gesendet.
}
ask-since = gebeten am { $date }
ask-waiting = Sie haben darum gebeten. Diese Nachricht wartet verschlüsselt in den Entwürfen; sobald die Antwort gelesen ist, wird es Ihnen gesagt.
ask-aside = Schließen und warten
ask-no-draft = Sie haben kein gültiges eigenes Zertifikat; diese Nachricht kann deshalb nicht verschlüsselt aufgehoben werden und nicht warten. Niemand wurde gebeten.
ask-not-kept = Die Nachricht konnte nicht verschlüsselt in den Entwürfen aufgehoben werden. Niemand wurde gebeten.
ask-failed = Niemand wurde gebeten. { $why }
ask-partly = { $n ->
    [one] Eine Bitte wurde gesendet, dann: { $why }
   *[other] { $n } Bitten wurden gesendet, dann: { $why }
}
split-title = Auf zwei Arten senden?
split-secret = Verschlüsselt, wie sie ist, an
split-clear = Nur signiert, lesbar für jeden, der sie befördert (Text, Betreff und Anhänge), an
split-apart = Jede der beiden Nachrichten nennt nur ihre eigenen Empfänger.
split-do = Beide senden
split-not-kept = Die Kopie für die, an die nicht verschlüsselt werden kann, konnte nicht aufgehoben werden. Nichts wurde gesendet.
split-waits = Diese Kopie wurde nicht gesendet: Erst muss klar sein, was aus der verschlüsselten Nachricht geworden ist.
lookup-timeout = Das Verzeichnis hat nicht rechtzeitig geantwortet.
lookup-down = Das Verzeichnis konnte nicht gefragt werden.
lookup-refused = Das Verzeichnis verweist auf ein anderes, das nicht gefragt wird.
lookup-failed = Zertifikate konnten nicht gesucht werden. { $why }
lookup-throttled = Das Verzeichnis wurde gerade oft gefragt. Versuchen Sie es in { $n } s noch einmal.
lookup-throttled-minutes = Das Verzeichnis wurde gerade oft gefragt. Versuchen Sie es in { $n } Minuten noch einmal.
set-lookups = Zertifikate im Verzeichnis suchen
set-lookups-inside-hint = Zertifikate, die Kolleginnen und Kollegen auf diesem Server eingetragen haben, werden verwendet, wenn kein anderes bekannt ist. Sie werden geprüft wie jedes andere Zertifikat.
set-listed = Mein Zertifikat für Kolleginnen und Kollegen eintragen
set-listed-hint = Wer zu Ihrer Organisation auf diesem Server gehört, kann Ihnen dann verschlüsselt schreiben, auch wenn Sie einander nie geschrieben haben. Es ist das Zertifikat, das auch mit Ihren signierten Nachrichten mitgeht, nie der Schlüssel.
set-lookups-hint = Zertifikate, die Kolleginnen und Kollegen auf diesem Server eingetragen haben, werden verwendet, wenn kein anderes bekannt ist. Gibt es auch dort keines, erfährt das Verzeichnis Ihrer Organisation, wem Sie schreiben. Was gefunden wird, wird geprüft wie jedes andere Zertifikat.
request-answer = Sie wurden um Ihr Zertifikat gebeten: Es geht mit der Signatur dieser Antwort mit.
request-answer-unsigned = Sie wurden um Ihr Zertifikat gebeten; ohne Signatur bringt diese Antwort es nicht mit.
request-with-key = Der Absender möchte Ihnen verschlüsselt schreiben und bittet um Ihr Zertifikat. Antworten Sie auf diese Nachricht: Die Antwort wird signiert, und Ihr Zertifikat geht mit.
request-without-key = Der Absender möchte Ihnen verschlüsselt schreiben und bittet um Ihr Zertifikat; hier ist aber noch kein Schlüssel. Importieren Sie eine .p12-Datei oder erzeugen Sie einen neuen Schlüssel, und antworten Sie dann auf diese Nachricht.
request-keys = Zu Ihren Schlüsseln
waiting-arrived = An { $addresses } kann jetzt verschlüsselt werden: Eine Nachricht wartet darauf.
waiting-open = Öffnen
waiting-send = Jetzt senden
row-waits = Wartet auf ein Zertifikat
row-ready = Kann gesendet werden

# Gründe des Servers nach ihrem Code; auf Englisch kommt der Satz vom Server.
reason-signature-valid = Signiert von { $a } und seitdem nicht verändert.
reason-signed-also-by = Es gibt mehrere Signaturen: auch von { $a }.
reason-registered-certificate = Hier bürgt keine Stelle für das Zertifikat der Signatur. Es zählt, weil Ihre Organisation genau dieses Zertifikat für diesen Absender hinterlegt hat.
reason-personal-certificate = Hier bürgt keine Stelle für das Zertifikat der Signatur. Es zählt, weil Sie gesagt haben, dass Sie ihm vertrauen.
reason-personal-issuer = Hier bürgt keine bekannte Stelle für das Zertifikat der Signatur. Es zählt, weil Sie gesagt haben, dass Sie seinem Aussteller vertrauen ({ $a }).
reason-verified-before = Das Zertifikat der Signatur ist inzwischen abgelaufen. Diese Signatur wurde hier am { $a } geprüft, als es noch galt.
reason-certificate-changed = Bisher hat der Absender ein anderes Zertifikat verwendet.
reason-address-case = Die Adresse des Absenders und die im Zertifikat unterscheiden sich nur in Groß- und Kleinschreibung.
reason-outer-signature = Um diese Signatur liegt eine weitere. Sie sagt, wer die Nachricht weitergegeben hat, nicht, wer sie schrieb.
reason-signature-altered = Die Nachricht wurde nach dem Signieren verändert, oder die Signatur gehört zu einer anderen Nachricht.
reason-outer-signature-altered = Die Nachricht wurde nach der äußeren Signatur verändert.
reason-signature-damaged = Die Signatur ist beschädigt oder keine; sie beweist nichts.
reason-signature-without-signer = Die Nachricht hat die Form einer signierten, aber niemand hat sie signiert.
reason-signer-certificate-missing = Das Zertifikat der Signatur liegt der Nachricht nicht bei, daher kann sie nicht geprüft werden.
reason-signature-unsupported = Diese Form der Signatur kann hier nicht geprüft werden ({ $a }).
reason-weak-algorithm = Die Signatur verwendet ein Verfahren oder einen Schlüssel, der heute zu schwach ist ({ $a }).
reason-issuer-unknown = Die Stelle, die das Zertifikat ausgestellt hat, ist hier nicht bekannt; wer signierte, ist also nicht sicher.
reason-chain-incomplete = Zwischen dem Zertifikat und einer vertrauten Stelle fehlt ein Zertifikat; wer signierte, ist also nicht sicher.
reason-chain-invalid = Das Zertifikat verletzt eine Regel seiner Ausgabestelle und beweist daher nichts.
reason-certificate-purpose = Das Zertifikat wurde nicht zum Signieren von Mail ausgestellt.
reason-certificate-weak = Das Zertifikat verwendet einen Schlüssel oder eine Signatur, die heute zu schwach ist.
reason-certificate-expired = Das Zertifikat der Signatur ist am { $a } abgelaufen.
reason-certificate-expired-since = Das Zertifikat der Signatur ist am { $a } abgelaufen. Nach eigener Angabe galt es beim Signieren noch.
reason-certificate-not-yet-valid = Das Zertifikat der Signatur gilt erst ab dem { $a }.
reason-issuer-not-valid-now = Das Zertifikat einer Stelle über dem der Signatur ist abgelaufen oder gilt noch nicht.
reason-signing-time-outside = Nach eigener Angabe wurde die Nachricht am { $a } signiert, als das Zertifikat nicht galt.
reason-signing-time-future = Nach eigener Angabe wurde die Nachricht in der Zukunft signiert ({ $a }).
reason-certificate-revoked = Das Zertifikat der Signatur wurde von seiner Ausgabestelle widerrufen ({ $a }; { $b }).
reason-revocation-no-source = Das Zertifikat nennt keine Stelle, an der ein Widerruf stünde.
reason-revocation-not-checked = Ob das Zertifikat der Signatur widerrufen wurde, konnte nicht geprüft werden.
reason-revocation-unknown = Der Dienst der Ausgabestelle sagte nicht, ob das Zertifikat der Signatur widerrufen wurde.
reason-revocation-required = Ob das Zertifikat der Signatur widerrufen wurde, ist nicht bekannt, und Ihre Organisation verlangt es.
reason-address-mismatch = Signiert von { $a }, aber die Nachricht nennt { $b } als Absender.
reason-resent-by-signer = Signiert von { $a }; von dort wurde die Nachricht weitergegeben. Als Absender nennt sie { $b }, der nicht signiert hat.
reason-resent = Laut Kopf wurde die Nachricht von { $a } weitergegeben. Die Signatur ist weiterhin die des Absenders.
reason-list-rewrote-from = Signiert von { $a }. Eine Mailingliste hat ihre eigene Adresse ({ $b }) als Absender eingesetzt.
reason-address-unconfirmed = Das Zertifikat nennt keine Mailadresse; es bestätigt also nicht, dass { $a } signiert hat.
reason-from-missing = Die Nachricht nennt keinen Absender.
reason-from-several = Die Nachricht nennt mehrere Absender; die Signatur sagt nicht, wer von ihnen sie schrieb.
reason-from-differs = Der Absender im signierten Teil der Nachricht ist ein anderer als der äußere ({ $a }).
reason-inner-from-differs = Der Absender im Inneren der Nachricht ist ein anderer als der gezeigte ({ $a }).
reason-name-is-address = Der Name des Absenders sieht wie eine Adresse aus, die wirkliche Adresse ist aber { $a }.
reason-sender-differs = Eingeliefert wurde die Nachricht von { $a }.
reason-subject-changed = Der Betreff wurde unterwegs verändert. Gezeigt wird der signierte.
reason-header-changed = Der Kopf wurde unterwegs verändert ({ $a }). Gezeigt wird, was signiert wurde.
reason-encrypted = Nur die Empfänger können diese Nachricht lesen.
reason-encrypted-unauthenticated = Verschlüsselt, aber nicht gegen Veränderung geschützt: Der Text kann unterwegs verändert worden sein.
reason-opened-unauthenticated = Laut ihrem Kopf wurde diese Nachricht auf dem Weg zu Ihnen entschlüsselt. Bis dahin war sie nicht gegen Veränderung geschützt: Der Text kann verändert worden sein.
reason-weak-cipher = Die Nachricht wurde mit einem heute zu schwachen Verfahren verschlüsselt ({ $a }).
reason-key-needed = Die Nachricht ist verschlüsselt. Zum Öffnen wird der Schlüssel eines ihrer Empfänger gebraucht.
reason-attached-encrypted = Die angehängte Nachricht ist verschlüsselt. Innerhalb einer anderen wird sie nicht geöffnet.
reason-cipher-unsupported = Die Nachricht ist auf eine Weise verschlüsselt, die hier nicht gelesen werden kann ({ $a }).
reason-decrypt-failed = Die Nachricht konnte nicht entschlüsselt werden. Nichts daraus wird gezeigt.
reason-signs-ciphertext-only = Die Signatur gilt nur der verschlüsselten Form: Sie sagt nicht, dass der Text bekannt war.
reason-partially-signed = Nur ein Teil dieser Nachricht ist signiert. Der Rest kann von jedem stammen.
reason-left-over = Dem signierten oder verschlüsselten Inhalt dieser Nachricht wurde außerhalb seines Schutzes etwas hinzugefügt. Es wird hier nicht gezeigt.
reason-partially-encrypted = Nur ein Teil dieser Nachricht ist verschlüsselt. Er bleibt ungeöffnet als Anhang, weil der Rest ihn entwenden könnte.
reason-attached-signed = Eine signierte Nachricht liegt bei. Diese Nachricht selbst ist nicht signiert.
reason-lone-signature = Eine Signatur liegt bei, sie gehört aber nicht zu dieser Nachricht.
reason-certificates-only = Die Nachricht bringt nur Zertifikate. Sie ist nicht signiert.
reason-damaged = Die Nachricht ist beschädigt und kann nicht gelesen werden.
reason-too-large = Der Inhalt der Nachricht ist zu groß.
reason-too-deep = Die Nachricht ist zu tief verschachtelt (mehr als { $a } Schichten); ihr Inhalt wird nicht gezeigt.

## Was einen Befund besser machen würde (Englisch sagt der Server)
better-registered-certificate = Zurücknehmen kann das, wer die Zertifikate Ihrer Organisation verwaltet.
better-personal-certificate = In den Einstellungen können Sie das zurücknehmen.
better-personal-issuer = In den Einstellungen können Sie das zurücknehmen.
better-certificate-changed = Wenn Sie kein neues erwartet haben, fragen Sie den Absender auf anderem Weg, etwa am Telefon.
better-signature-altered = Bitten Sie den Absender, sie noch einmal zu senden. Kommt sie ebenso an, verändert ein Mailserver oder Virenscanner unterwegs Nachrichten.
better-outer-signature-altered = Bitten Sie denjenigen, der sie weitergegeben hat, sie noch einmal zu senden.
better-signature-damaged = Bitten Sie den Absender, die Nachricht noch einmal zu senden.
better-signature-without-signer = Bitten Sie den Absender, die Nachricht zu signieren und noch einmal zu senden.
better-signer-certificate-missing = Bitten Sie den Absender, das Zertifikat mitzusenden, oder fügen Sie es seinem Kontakt hinzu.
better-signature-unsupported = Der Absender kann mit RSA oder ECDSA und SHA-256 signieren; das versteht jedes Programm.
better-weak-algorithm = Der Absender kann mit SHA-256 und einem Schlüssel von mindestens 2048 Bit (RSA) oder 256 Bit (ECDSA) signieren.
better-issuer-unknown = Wenn Sie die Stelle oder das Zertifikat von anderswo kennen, können Sie ihnen für Ihre eigenen E-Mails vertrauen; Ihr Administrator kann die Stelle für alle hinzufügen.
better-chain-incomplete = Der Absender kann sein Mailprogramm so einstellen, dass es die ganze Kette der Zertifikate mitsendet.
better-chain-invalid = Der Absender braucht ein neues Zertifikat.
better-certificate-purpose = Der Absender kann mit einem Zertifikat signieren, das für E-Mail ausgestellt wurde.
better-certificate-weak = Der Absender braucht ein neues Zertifikat.
better-certificate-expired = Der Absender braucht ein neues Zertifikat.
better-certificate-expired-since = Signierte E-Mails, die geöffnet werden, solange das Zertifikat gilt, behalten ihr Urteil. Diese Nachricht kann nur noch der Absender bestätigen.
better-certificate-not-yet-valid = Prüfen Sie die Uhr des Servers und die des Absenders; sonst warten Sie bis zu diesem Tag.
better-issuer-not-valid-now = Der Absender braucht ein Zertifikat einer Stelle, die gültig ist.
better-signing-time-outside = Der Absender sollte die Uhr des Rechners prüfen, auf dem er signiert.
better-signing-time-future = Der Absender sollte die Uhr des Rechners prüfen, auf dem er signiert.
better-certificate-revoked = Verlassen Sie sich nicht auf diese Nachricht. Fragen Sie den Absender auf anderem Weg, etwa am Telefon.
better-revocation-not-checked = Prüfen Sie noch einmal, wenn die Verbindung da ist; wo gar keine Abfrage eingerichtet ist, kann Ihr Administrator das tun.
better-revocation-unknown = Prüfen Sie später noch einmal: Der Dienst kann eine Weile gestört sein.
better-revocation-required = Prüfen Sie später noch einmal: Der Dienst der Ausgabestelle kann eine Weile gestört sein.
better-address-mismatch = Glauben Sie dem Namen des Absenders nicht. Schreiben Sie an die Adresse, die Sie kennen, und fragen Sie.
better-resent-by-signer = Fragen Sie { $b }, ob die Nachricht echt ist.
better-list-rewrote-from = Wer die Liste betreibt, kann sie so einstellen, dass der Absender stehen bleibt.
better-address-unconfirmed = Der Absender braucht ein Zertifikat, in dem die Adresse als alternativer Name steht.
better-from-several = Der Absender kann mit einer einzigen Adresse schreiben.
better-from-differs = Glauben Sie dem Namen des Absenders nicht. Schreiben Sie an die Adresse, die Sie kennen, und fragen Sie.
better-name-is-address = Sehen Sie vor dem Antworten auf die Adresse, nicht auf den Namen.
better-encrypted-unauthenticated = Der Absender kann die Nachricht auch signieren oder AES-GCM verwenden.
better-opened-unauthenticated = Der Absender kann die Nachricht auch signieren oder AES-GCM verwenden.
better-weak-cipher = Der Absender kann sein Mailprogramm auf AES einstellen.
better-key-needed = Entsperren Sie Ihren Schlüssel, oder importieren Sie den, der zur Zeit des Sendens Ihrer war.
better-attached-encrypted = Speichern Sie sie in einem eigenen Ordner und öffnen Sie sie dort.
better-cipher-unsupported = Der Absender kann sein Mailprogramm auf AES einstellen.
better-decrypt-failed = Bitten Sie den Absender, sie noch einmal zu senden.
better-signs-ciphertext-only = Der Absender kann erst signieren und dann verschlüsseln, wie die meisten Programme es tun.
better-partially-signed = Der Absender kann die ganze Nachricht signieren; Listen und Scanner, die Text hinzufügen, zerstören die Signatur.
better-left-over = Sehen Sie sich den Quelltext der Nachricht an; Listen und Scanner, die Text hinzufügen, tun das.
better-partially-encrypted = Der Absender kann die ganze Nachricht verschlüsseln.
better-attached-signed = Öffnen Sie die angehängte Nachricht, um zu sehen, wessen Signatur sie trägt.
better-damaged = Bitten Sie den Absender, sie noch einmal zu senden.
better-too-large = Der Absender kann weniger auf einmal senden.
better-too-deep = Bitten Sie den Absender, sie in einer einfacheren Form zu senden.

## Neues vom Server
link-offline = Offline
link-offline-text = Sie sehen, was vorher geladen wurde. Sobald es wieder ein Netz gibt, wird es aktualisiert.
link-lost = Verbindung wird hergestellt …
link-lost-text = Der Server ist gerade nicht erreichbar. Neue Nachrichten erscheinen, sobald er es ist.
notify-new = Neue Nachricht
notify-many = { $n ->
    [one] { $n } neue Nachricht
   *[other] { $n } neue Nachrichten
}
set-notify = Benachrichtigungen
set-notify-desktop = Neue Nachrichten auf dem Desktop melden
set-notify-desktop-hint = Solange ein Tab von Waxseal offen ist und keiner angesehen wird. Ihr Browser fragt vorher um Erlaubnis.
set-notify-details = Absender und Betreff zeigen
set-notify-details-hint = Von verschlüsselten Nachrichten in jedem Fall nur, dass es eine neue gibt.
set-notify-refused = Ihr Browser erlaubt es nicht. Sie können das in seinen Einstellungen für diese Seite ändern.
set-notify-none = Dieser Browser kann keine Benachrichtigungen zeigen.

## Einstellungen von Postfach und Konto
settings-list = Nachrichtenliste
settings-reading = Lesen
settings-notifications = Benachrichtigungen
settings-filters = Filter und Abwesenheit
settings-account = Konto und Sitzungen
set-language-browser = Wie im Browser
set-dates = Schreibweise von Datum und Zeit
set-dates-default = Wie die Sprache
set-dates-hint = So stehen Tage und Uhrzeiten in Listen und Nachrichten.
set-zone = Zeitzone
set-zone-browser = Wie dieses Gerät ({ $zone })
set-zone-hint = In dieser Zone werden die Zeiten von Nachrichten angezeigt, wo immer Sie sind.
set-threads = Unterhaltungen zusammenfassen
set-threads-hint = Eine Nachricht und ihre Antworten sind eine Zeile.
set-snippets = Die ersten Wörter zeigen
set-snippets-hint = Eine Zeile vom Text unter dem Betreff. Verschlüsselte Nachrichten zeigen keine.
set-preview = Lesebereich
set-preview-right = Neben der Liste
set-preview-below = Unter der Liste
set-preview-none = Kein Lesebereich
set-sort = Sortieren nach
set-sort-arrival = Eingang
set-sort-date = Datum
set-sort-from = Absender
set-sort-to = Empfänger
set-sort-subject = Betreff
set-sort-size = Größe
set-order = Reihenfolge
set-order-desc = Neueste oder größte zuerst
set-order-asc = Älteste oder kleinste zuerst
set-labels = Etiketten bearbeiten
set-labels-hint = Namen und Farben Ihrer Etiketten.
set-mark-after = Als gelesen markieren
set-mark-at-once = Sofort
set-seconds = { $n ->
    [one] Nach einer Sekunde
   *[other] Nach { $n } Sekunden
  }
set-images = Bilder aus dem Internet
set-images-ask = Jedes Mal fragen
set-images-ask-text = Nichts wird geladen, bevor Sie zustimmen – außer von Absendern, die Sie gewählt haben.
set-images-always = Immer zeigen
set-images-always-text = Dieser Server holt sie: Absender erfahren, dass eine Nachricht geöffnet wurde, aber nicht, wo Sie sind.
set-images-never = Nie zeigen
set-images-never-text = Absender erfahren nichts.
set-senders = Absender, deren Bilder gezeigt werden
set-senders-remove = Bilder von { $address } nicht mehr zeigen
identity-default = Standard für neue Nachrichten
identity-make-default = Als Standard für neue Nachrichten
identity-remove = Die Identität { $name } entfernen
identity-remove-tip = Entfernen
identity-reply-to = Antworten an (falls abweichend)
identity-add = Identität hinzufügen
identity-add-hint = Ein anderer Name oder eine andere Signatur für dieselbe Adresse. Weitere Adressen vergibt, wer diesen Server betreibt.
sessions-title = Wo Sie angemeldet sind
sessions-hint = Melden Sie ab, was Sie nicht kennen, und ändern Sie dann Ihr Passwort.
sessions-on = { $browser } unter { $system }
sessions-unknown = Unbekanntes Programm
sessions-this = dieser Browser
sessions-now = gerade benutzt
sessions-used = benutzt { $when }
sessions-since = seit { $date }
sessions-end = Abmelden
sessions-end-one = { $what } abmelden
sessions-ended = Dort abgemeldet.
sessions-all = Alle { $n } zeigen
sessions-everywhere = Überall abmelden
totp-title = Code bei der Anmeldung
totp-hint = Außer dem Passwort verlangt die Anmeldung einen Code aus einer App auf Ihrem Telefon. Mailprogramme, die den Mailserver direkt benutzen, sind davon nicht betroffen.
totp-on = an
totp-off = aus
totp-since = Seit { $date }. { $n ->
    [one] Ein Wiederherstellungscode ist übrig.
   *[other] { $n } Wiederherstellungscodes sind übrig.
  }
totp-few-codes = Es sind nur noch wenige Wiederherstellungscodes übrig. Erzeugen Sie neue, bevor Sie sie brauchen.
totp-turn-on = Einschalten
totp-turn-off = Ausschalten
totp-new-codes = Neue Wiederherstellungscodes
totp-start-text = Geben Sie zu Beginn Ihr Passwort ein.
totp-off-text = Geben Sie Ihr Passwort und einen Code ein. Danach verlangt die Anmeldung nur noch das Passwort.
totp-recovery-text = Die bisherigen Wiederherstellungscodes gelten dann nicht mehr.
totp-scan = Scannen Sie dies mit Ihrer Authenticator-App und geben Sie dann den Code ein, den sie zeigt.
totp-qr = QR-Code für die Authenticator-App
totp-by-hand = Schlüssel von Hand eingeben
totp-confirm = Bestätigen
totp-step-start = Code bei der Anmeldung: Ihr Passwort
totp-step-scan = Code bei der Anmeldung: scannen und bestätigen
totp-step-codes = Ihre Wiederherstellungscodes
totp-step-off = Code bei der Anmeldung ausschalten
totp-step-recovery = Neue Wiederherstellungscodes
totp-codes-text = Jeder davon lässt Sie einmal hinein, wenn Sie Ihr Telefon nicht haben. Bewahren Sie sie bei Ihren wichtigen Papieren auf: Sie werden nur jetzt gezeigt.
totp-codes-save = Als Datei sichern
totp-codes-kept = Ich habe sie aufbewahrt
totp-codes-file = Wiederherstellungscodes von { $address } für Waxseal. Jeder gilt einmal.
totp-code-wrong = Dieser Code ist falsch oder wurde schon benutzt. Codes wechseln alle 30 Sekunden.
totp-is-off = Der Code bei der Anmeldung ist ausgeschaltet.
ask-password-wrong = Dieses Passwort ist falsch.
export-title = Ihre Daten
export-text = Einstellungen, Kontakte, Zertifikate, Schlüsseldateien (weiterhin verschlüsselt) und Sitzungen als eine JSON-Datei. Ihre E-Mails liegen auf dem Mailserver und gehören nicht dazu.
export-do = Herunterladen
export-ask = Auch Schlüsseldateien sind darin. Bitte bestätigen Sie mit Ihrem Passwort, dass Sie es sind.
delete-data = Meine Daten löschen
delete-data-hint = Löscht alles, was Waxseal von Ihnen aufbewahrt, und meldet Sie überall ab. Ihre E-Mails und Ihr Konto auf dem Mailserver bleiben.
delete-data-open = Löschen …
delete-data-text = Einstellungen, Kontakte, Zertifikate und gespeicherte Schlüsseldateien werden endgültig gelöscht. Ihre E-Mails bleiben unberührt.
delete-data-keys = Ohne eine Sicherung Ihrer Schlüsseldatei können Sie Ihre verschlüsselten E-Mails nie wieder lesen.
delete-data-do = Endgültig löschen
filters-not-offered = Dieser Mailserver bietet keine Filter.
filters-conflict = Die Filter wurden inzwischen woanders geändert. So sind sie jetzt.
filters-changed = Jemand hat das Skript „{ $name }“ von Hand geändert, deshalb steht es hier als Text.
filters-foreign = Ihr Mailserver benutzt das Skript „{ $name }“, das ein anderes Programm geschrieben hat. Es steht hier als Text und bleibt, wie es ist, bis Sie es ändern.
filters-script = Skript „{ $name }“
filters-script-hint = In der Sprache Sieve (RFC 5228). Der Mailserver prüft es, bevor es gespeichert wird.
filters-script-save = Prüfen und speichern
filters-take-over = Lieber den Editor benutzen
filters-take-over-text = Die Filter des Editors treten an die Stelle des Skripts. Das Skript eines anderen Programms bleibt erhalten und kann wieder eingeschaltet werden.
filters-take-over-do = Editor benutzen
filters-others = Andere Skripte
filters-others-hint = In Gebrauch ist immer nur ein Skript.
filters-ours = Filter dieser Seite
filters-activate = Dieses benutzen
vacation-title = Abwesenheitsnachricht
vacation-hint = Beantwortet E-Mails an Sie, während Sie abwesend sind – nie Listen und niemanden zweimal.
vacation-on = E-Mails beantworten
vacation-on-hint = Ausgeschaltet bleibt der Text erhalten, und niemand bekommt eine Antwort.
vacation-state-off = Aus: Niemand bekommt eine Antwort.
vacation-state-on = An, bis Sie sie ausschalten.
vacation-state-from = An ab { $from }, bis Sie sie ausschalten.
vacation-state-until = An bis einschließlich { $until }.
vacation-state-range = An von { $from } bis { $until }.
vacation-state-over = Der letzte Tag, { $until }, ist vorbei: Niemand bekommt eine Antwort.
vacation-not-offered = Dieser Mailserver kann nicht selbst antworten.
vacation-from = Erster Tag
vacation-until = Letzter Tag
vacation-subject = Betreff
vacation-text = Text
vacation-once = Jedem Absender nur einmal antworten
vacation-once-hint = In der ganzen Zeit Ihrer Abwesenheit.
vacation-days = Tage, bis derselbe Absender wieder eine Antwort bekommt
vacation-addresses = Meine weiteren Adressen
vacation-addresses-hint = Nur E-Mails an eine Ihrer Adressen werden beantwortet.
vacation-plain = Diese Antwort sendet der Mailserver; sie ist also weder signiert noch verschlüsselt.
vacation-subject-first = Abwesend
vacation-text-first = Danke für Ihre Nachricht. Ich bin nicht da und antworte, sobald ich zurück bin.
forward-title = E-Mails weiterleiten
forward-ask = E-Mails werden künftig an eine Adresse gesendet, an die sie bisher nicht gingen. Bitte bestätigen Sie mit Ihrem Passwort, dass Sie es sind.
forward-do = Bestätigen
filters-old-folder = { $n ->
    [one] Ein Filter legt weiterhin Mail in „{ $folder }“ ab: { $names }
   *[other] { $n } Filter legen weiterhin Mail in „{ $folder }“ ab: { $names }
}
filters-old-script = Ihr Filterskript nennt weiterhin „{ $folder }“.
filters-look = Filter zeigen
rules-title = Filter
rules-hint = Was eintrifft, wird von oben nach unten geprüft. Der Text verschlüsselter Nachrichten kann nicht geprüft werden.
rules-none = Es gibt noch keine Filter.
rule-add = Neuer Filter
rule-removed = Filter entfernt.
rule-unnamed = Filter { $n }
rule-up = { $name } nach oben
rule-up-tip = Nach oben
rule-down = { $name } nach unten
rule-down-tip = Nach unten
rule-edit = Bearbeiten
rule-edit-name = { $name } bearbeiten
rule-remove = { $name } entfernen
rule-remove-tip = Entfernen
rule-on = { $name } ist an
rule-name = Name (optional)
rule-if = Wenn
rule-then = Dann
rule-always = Jede Nachricht, die eintrifft.
rule-match = Wie die Bedingungen zählen
rule-match-all = alle zutreffen
rule-match-any = mindestens eine zutrifft
rule-and = und
rule-or = oder
rule-field = Was geprüft wird
rule-header-name = Name der Kopfzeile
rule-op = Wie verglichen wird
rule-value = Text
rule-size = Kilobyte
rule-condition-add = Weitere Bedingung
rule-condition-remove = Diese Bedingung entfernen
rule-action = Was geschieht
rule-action-add = Weitere Aktion
rule-action-remove = Diese Aktion entfernen
rule-folder = Ordner
rule-folder-gone = { $name } (nicht da)
rule-label = Etikett
rule-address = Adresse
rule-choose = Wählen …
rule-stop = Hier aufhören
rule-stop-hint = Filter weiter unten werden für diese Nachricht nicht mehr geprüft.
rule-forward-hint = Eine Kopie bleibt hier. Weiterleiten nach außen kann gegen die Regeln Ihrer Organisation sein.
rule-discard-hint = Die Nachricht ist endgültig fort und liegt in keinem Ordner.
rule-save = Speichern
rule-field-from = Absender
rule-field-to = An
rule-field-cc = Cc
rule-field-recipient = An oder Cc
rule-field-subject = Betreff
rule-field-list = Mailingliste
rule-field-body = Text
rule-field-header = Andere Kopfzeile
rule-field-size = Größe
rule-field-attachment = Anhang
rule-op-contains = enthält
rule-op-not-contains = enthält nicht
rule-op-is = ist
rule-op-is-not = ist nicht
rule-op-begins = beginnt mit
rule-op-ends = endet mit
rule-op-over = ist über
rule-op-under = ist unter
rule-op-yes = ist dabei
rule-op-no = ist nicht dabei
rule-action-move = Verschieben nach
rule-action-copy = Kopieren nach
rule-action-label = Etikett
rule-action-read = Als gelesen markieren
rule-action-star = Stern setzen
rule-action-forward = Weiterleiten an
rule-action-keep = Im Posteingang behalten
rule-action-discard = Sofort löschen
rule-attachment-yes = es gibt einen Anhang
rule-attachment-no = es gibt keinen Anhang
rule-words = Wenn { $conditions }: { $actions }
rule-words-always = Immer: { $actions }
rule-words-condition = { $field } { $op } „{ $value }“
rule-words-size = die Größe { $op } { NUMBER($n) } KB
rule-words-move = verschieben nach „{ $value }“
rule-words-copy = kopieren nach „{ $value }“
rule-words-label = Etikett „{ $value }“
rule-words-forward = weiterleiten an { $value }
rule-words-stop = aufhören
retry = Noch einmal versuchen
remove = Entfernen
continue = Weiter

## Contacts
contacts = Kontakte
contacts-back = Zurück zu den Kontakten
save = Speichern
person-region = Kontakt
person-new = Neuer Kontakt
person-none = Niemand ist geöffnet
person-none-how = Wählen Sie jemanden aus der Liste, um Adressen, Notizen und Zertifikate zu sehen.
person-no-name = (Kein Name)
person-more-addresses = und { $n } weitere
person-waits = Ein Zertifikat wartet auf Ihre Entscheidung
person-ready = Kann verschlüsselt angeschrieben werden
person-name = Name
person-address = E-Mail-Adresse
person-addresses = E-Mail-Adressen
person-phone = Telefon
person-notes = Notizen
person-photo = Foto
person-groups = Gruppen
person-certificates = Zertifikate
person-no-certificates = Noch kein Zertifikat. Es kommt von selbst mit einer bestätigten signierten Nachricht oder aus einer Datei, die Sie bekommen haben.
person-certificate-add = Zertifikatsdatei hinzufügen
person-edit = Bearbeiten
person-edit-title = Kontakt bearbeiten
person-edit-back = Zurück zum Kontakt
person-mails = Nachrichten mit dieser Person
person-write-to = An { $address } schreiben
person-copy = { $address } kopieren
person-remove = Entfernen
person-remove-title = { $name } aus Ihren Kontakten entfernen?
person-remove-how = { $n ->
    [one] Ein Zertifikat geht mit verloren. Rückgängig machen bringt es nicht zurück; es kommt mit der nächsten bestätigten signierten Nachricht wieder.
   *[other] { $n } Zertifikate gehen mit verloren. Rückgängig machen bringt sie nicht zurück; sie kommen mit den nächsten bestätigten signierten Nachrichten wieder.
  }
person-remove-plain = Das lässt sich nicht rückgängig machen.
person-removed = { $name } wurde entfernt.
person-saved = { $name } wurde gespeichert.
person-failed = Dieser Kontakt konnte nicht geladen werden
person-gone = Diesen Kontakt gibt es nicht mehr
person-gone-how = Er wurde entfernt oder mit einem anderen Kontakt zusammengeführt.
person-gone-editing = Dieser Kontakt wurde inzwischen anderswo entfernt. Was Sie eingegeben haben, ist noch hier; Sie können es als neuen Kontakt speichern.
person-save-new = Als neuen Kontakt speichern
person-address-n = E-Mail-Adresse { $n }
person-address-add = Adresse hinzufügen
person-address-remove = Adresse { $n } entfernen
person-address-remove-tip = Adresse entfernen
person-address-wrong = Das ist keine E-Mail-Adresse.
person-address-none = Ein Kontakt braucht eine E-Mail-Adresse.
person-addresses-full = Ein Kontakt hat höchstens { $n } Adressen.
person-address-owner = { $address } gehört schon zu { $name }. Was Sie eingegeben haben, ist noch hier.
person-owner-open = { $name } öffnen
person-label = Bezeichnung
person-label-n = Bezeichnung der Adresse { $n }
person-label-long = Diese Bezeichnung ist zu lang.
person-too-long = Das ist zu lang (höchstens { $n } Byte; Umlaute zählen doppelt).
label-work = Arbeit
label-home = Privat
label-other = Andere
person-discard-title = Eingaben verwerfen?
person-discard-how = Sie wurden nicht gespeichert.
person-discard = Verwerfen
person-changed = Dieser Kontakt wurde anderswo geändert, während Sie ihn bearbeitet haben.
person-changed-kept = Ihre Eingaben sind nicht verloren. Sehen Sie sie durch und speichern Sie noch einmal.
person-changed-taken = Von dort übernommen: { $fields }.
person-changed-theirs = { $field } dort:
person-take-theirs = Übernehmen
person-empty = (leer)
person-namesakes = { $n ->
    [one] Noch jemand in Ihren Kontakten heißt { $name }.
   *[other] { $n } andere in Ihren Kontakten heißen auch { $name }.
  }
person-namesakes-look = Vergleichen und zusammenführen…
photo-choose = Foto auswählen
photo-set = Das Foto wurde gespeichert.
photo-remove = Foto entfernen
photo-removed = Das Foto wurde entfernt.
photo-none = „{ $file }“ ist kein Bild, das dieser Browser lesen kann.
people-search = Nach Name oder Adresse suchen
people-find = Personen suchen
people-group-filter = Gruppe
people-everyone = Alle
people-count = { $n ->
    [0] Niemand
    [one] Eine Person
   *[other] { $n } Personen
  }
people-chosen = { $n ->
    [one] Eine ausgewählt
   *[other] { $n } ausgewählt
  }
people-clear = Auswahl aufheben
people-group = Zu Gruppe
people-merge = Zusammenführen…
people-write = Ihnen schreiben
people-write-many = Eine Nachricht hat höchstens { $n } Empfänger.
people-remove = Entfernen
people-remove-many = Höchstens { $n } Kontakte werden auf einmal entfernt.
people-remove-title = { $n ->
    [one] { $n } Kontakt entfernen?
   *[other] { $n } Kontakte entfernen?
}
people-remove-certificates = { $n ->
    [one] { $n } Zertifikat, das mit einer E-Mail kam, geht mit verloren. Das lässt sich nicht rückgängig machen.
   *[other] { $n } Zertifikate, die mit E-Mails kamen, gehen mit verloren. Das lässt sich nicht rückgängig machen.
}
people-remove-plain = Das lässt sich nicht rückgängig machen.
people-remove-do = { $n ->
    [one] { $n } Kontakt entfernen
   *[other] { $n } Kontakte entfernen
}
people-removed = { $n ->
    [one] { $n } Kontakt wurde entfernt.
   *[other] { $n } Kontakte wurden entfernt.
}
people-failed = Die Kontakte konnten nicht geladen werden
people-none = Noch keine Kontakte
people-none-how = Wessen signierte Nachrichten Sie lesen, kommt von selbst hierher. Sie können auch jemanden hinzufügen oder Ihre Kontakte aus einem anderen Programm mitbringen.
people-none-found = Niemand gefunden
people-none-found-how = Versuchen Sie den Anfang eines Namens oder einer Adresse.
met-title = Ihnen haben Sie geschrieben
met-add = { $name } zu den Kontakten hinzufügen
met-add-tip = Zu den Kontakten
met-forget = { $name } nicht mehr vorschlagen
met-forget-tip = Nicht mehr vorschlagen
met-forgotten = { $address } wird nicht mehr vorgeschlagen.
circle-new = Neue Gruppe
circle-edit = Gruppe „{ $name }“…
circle-option = { $name } ({ $n })
circle-name = Name der Gruppe
circle-name-missing = Eine Gruppe braucht einen Namen.
circle-members = Mitglieder
circle-no-members = Noch niemand ist darin.
circle-add = Jemanden hinzufügen
circle-add-hint = Name oder E-Mail-Adresse
circle-added = { $name } wurde hinzugefügt.
circle-nobody = Zu „{ $text }“ wird niemand gefunden. Wählen Sie jemanden aus der Liste oder geben Sie eine ganze Adresse ein.
circle-full = Eine Gruppe hat höchstens { $n } Mitglieder.
circle-take-out = { $name } herausnehmen
circle-take-out-tip = Herausnehmen
circle-make = Gruppe anlegen
circle-remove = Gruppe entfernen
circle-removed = Die Gruppe „{ $name }“ wurde entfernt; ihre Personen bleiben.
circle-write = An alle schreiben
circle-which = In welche Gruppe?
circle-has = { $n ->
    [one] „{ $name }“ hat jetzt ein Mitglied.
   *[other] „{ $name }“ hat jetzt { $n } Mitglieder.
  }
circle-changed = Die Gruppe wurde anderswo geändert, während Sie sie bearbeitet haben. Was dort geschah, ist übernommen, und Ihre Änderungen sind noch hier; speichern Sie noch einmal.
circle-gone = Die Gruppe wurde anderswo entfernt.
circle-empty = Niemand in dieser Gruppe
circle-empty-how = Sie kann reine Adressen enthalten, die keine Kontakte sind; sie stehen bei der Gruppe selbst (Menü, Gruppe…).
merge-title = { $n ->
    [one] Ein Kontakt
   *[other] Aus { $n } Kontakten einen machen
  }
merge-how = Adressen, Zertifikate und Notizen aller kommen zusammen. Name, Telefon und Foto sind die des ersten, wo er sie hat; andere Telefonnummern kommen in die Notizen.
merge-first = Wessen Name gilt?
merge-out = Das kommt dabei heraus
merge-groups = { $n ->
    [one] Eine Gruppe
   *[other] { $n } Gruppen
  }
merge-certificates = { $n ->
    [one] Ein Zertifikat
   *[other] { $n } Zertifikate
  }
merge-no-undo = Das lässt sich nicht rückgängig machen.
merge-waits = Ein Zertifikat aus einer Nachricht, das eine Adresse eines anderen von ihnen nennt, wartet auf Ihre Entscheidung, bevor es benutzt wird.
merge-too-many-addresses = Zusammen haben sie mehr als 20 Adressen. Entfernen Sie zuerst einige.
merge-notes-long = Zusammen sind ihre Notizen zu lang. Kürzen Sie zuerst einige.
merge-changed = Einer von ihnen wurde inzwischen geändert. So sind sie jetzt; sehen Sie noch einmal hin.
merge-gone = Einen von ihnen gibt es nicht mehr.
merge-many = Höchstens { $n } Kontakte auf einmal werden zu einem.
merge-do = Zusammenführen
merge-done = { $name } ist jetzt ein Kontakt.
cards-import = Kontakte importieren
cards-export-4 = Exportieren (vCard 4)
cards-export-3 = Für ältere Programme exportieren (vCard 3)
cards-exported = Ihre Kontakte wurden als contacts.vcf gespeichert.
cards-how = Eine vCard-Datei (.vcf), wie andere Mailprogramme und Telefone sie exportieren, bis 10 MB. Wer durch eine Adresse bekannt ist, bekommt, was fehlt; nichts von Ihnen wird überschrieben.
cards-choose = Datei auswählen
cards-drop = oder hier ablegen
cards-busy = Wird gelesen…
cards-empty = „{ $file }“ ist leer.
cards-large = „{ $file }“ ist größer als 10 MB. Exportieren Sie in Teilen.
cards-unreadable = „{ $file }“ kann nicht gelesen werden. Ist es ein Ordner, oder wurde sie verschoben?
cards-none = „{ $file }“ enthält keine vCard.
cards-report = Was importiert wurde
cards-done = { $added ->
    [0] Niemand war neu
    [one] Eine Person wurde hinzugefügt
   *[other] { $added } Personen wurden hinzugefügt
  }, { $changed ->
    [0] niemand wurde geändert
    [one] eine wurde ergänzt
   *[other] { $changed } wurden ergänzt
  }.
cards-known = Alles war schon da. Nichts wurde geändert.
cards-skipped = Ausgelassen
cards-parts = Ohne diese Teile
cards-line = Zeile
cards-who = Wer
cards-why = Was
cards-more = { $n ->
    [one] und eine weitere Zeile
   *[other] und { $n } weitere Zeilen
  }
cards-again = Weitere Datei
vcard-no-address = Hat keine E-Mail-Adresse
vcard-address-taken = Die Adressen gehören zu zweien Ihrer Kontakte
vcard-full = Ihre Kontakte sind voll (20.000)
vcard-key-damaged = Das Zertifikat ist beschädigt
vcard-key-address = Das Zertifikat nennt keine Adresse dieser Person
vcard-key-full = Für ein weiteres Zertifikat ist kein Platz
vcard-key-feature = Zertifikate gehören nicht zu Ihrem Tarif
vcard-key-kind = Der Schlüssel ist kein S/MIME-Zertifikat
vcard-key-more = Mehr als 8 Zertifikate
vcard-address-bad = Eine Adresse, die keine ist
vcard-address-more = Mehr als 20 Adressen
vcard-name-cut = Der Name war zu lang und wurde gekürzt
vcard-phone-cut = Die Telefonnummer war zu lang und wurde gekürzt
vcard-phone-more = Mehr als eine Telefonnummer: die erste bleibt
vcard-notes-cut = Die Notizen waren zu lang und wurden gekürzt
vcard-organization = Die Firma
vcard-title = Die Position
vcard-postal = Die Postanschrift
vcard-url = Webadressen
vcard-birthday = Der Geburtstag
vcard-other = Ein Teil, der hier nicht aufgehoben wird
# Senden rückgängig machen
settings-composing = Schreiben
set-undo = Senden rückgängig machen
set-undo-off = Aus: Nachrichten gehen sofort hinaus
set-undo-hint = So lange wartet eine Nachricht vor dem Senden und lässt sich zurückholen. Signiert wird sie in diesem Fenster: Wird es vorher geschlossen, ist sie nicht gesendet, und das erfahren Sie bei der nächsten Anmeldung.
palette-words-composing = senden rückgängig, verzögerung, warten, zurückholen, schreiben, undo send
held-sending = Wird gesendet …
held-leave-title = { $n ->
    [one] Eine Nachricht ist noch nicht gesendet
   *[other] { $n } Nachrichten sind noch nicht gesendet
}
held-leave-text = Sie wartet noch, und nur dieses Fenster kann sie senden. Wenn Sie sich jetzt abmelden, bleibt sie bei den Entwürfen und ist nicht gesendet.
held-late = Dieses Fenster ruhte, als es so weit war, und andere Fenster haben die Nachricht als nicht gesendet gezeigt. Bitte erst nachsehen, ob sie von anderswo gesendet wurde.
held-leave-do = Abmelden, ohne zu senden
unsent-title = { $n ->
    [one] Eine Nachricht wurde nicht gesendet
   *[other] { $n } Nachrichten wurden nicht gesendet
}
unsent-text = Das Fenster wurde vorher geschlossen. Niemand hat etwas erhalten; das Geschriebene liegt bei den Entwürfen.
unsent-encrypted = Verschlüsselter Entwurf, { $date }
row-unsent = Nicht gesendet
row-leaving = Wird gleich gesendet
unsent-open = Öffnen
unsent-send = Senden
unsent-open-what = Öffnen: { $name }
unsent-send-what = Senden: { $name }
unsent-keep = Als Entwurf behalten: { $name }
unsent-kept = Bei den Entwürfen behalten.

# Entwürfe gehen nicht verloren
draft-was-plain = Ab jetzt verschlüsselt. Der Entwurf, der im Klartext lag, ist gelöscht; Kopien in Sicherungen des Servers können bleiben.
discard-newer = Dieser Entwurf wurde in einem anderen Fenster geändert oder gesendet. Der Text von dort bleibt; was hier stand, ist verworfen.
send-apart = Diese Nachricht wurde in einem anderen Fenster geändert und deshalb nicht gesendet. Was hier steht, ist jetzt ein eigener Entwurf, der andere Text liegt in den Entwürfen. Sehen Sie sich beide an, bevor Sie einen senden.
draft-apart = Diese Nachricht wurde in einem anderen Fenster geändert oder gesendet. Was hier steht, bleibt als eigener Entwurf erhalten.
send-broke-off = Der Server brach ab, bevor sie gesendet war.
sent-before = Sie wurde schon gesendet
sent-before-text = Diese Nachricht ging aus einem anderen Fenster hinaus, oder bevor dieser Entwurf geöffnet wurde. Von selbst wird sie nicht noch einmal gesendet.
sent-anew = Als neue Nachricht
sent-anew-title = Eine neue Nachricht mit denselben Worten?
sent-anew-text = Ist die erste angekommen, haben Empfänger der neuen sie zweimal.

# Was neben dem Text verlangt wird
wishes = Mit dieser Nachricht verlangt
wishes-more = Weitere Optionen
wish-off = Wegnehmen: { $what }
wish-gone = Weggenommen: { $what }
priority = Priorität
priority-high = Hoch
priority-normal = Normal
priority-low = Niedrig
priority-high-said = Hohe Priorität
priority-normal-said = Normale Priorität
priority-low-said = Niedrige Priorität
receipt-ask = Lesebestätigung anfordern
receipt-ask-on = Lesebestätigung angefordert
receipt-ask-off = Keine Lesebestätigung angefordert
receipt-ask-seen = Lesebestätigung angefordert, aber nicht von Blindkopie-Empfängern
receipt-wanted = Der Absender bittet um eine Lesebestätigung. Es wird keine gesendet.
receipt-blind-only = Von Blindkopie-Empfängern wird keine Lesebestätigung angefordert, und andere gibt es nicht. Nehmen Sie sie zum Senden weg.
reports = Zustellbericht
report-success = bei Zustellung
report-delay = bei Verzögerung
report-failure = bei Fehlschlag
report-on = Zustellbericht: { $what }
report-off = Kein Zustellbericht: { $what }
report-unavailable = Ihr Postausgangsserver bietet keine Zustellberichte an. Nehmen Sie sie weg, um die Nachricht ohne sie zu senden.
letters-unavailable = Ihr Postausgangsserver kann nicht an oder von Adressen mit Buchstaben wie „ü“ vor dem @ senden. Nehmen Sie eine andere Adresse; der Entwurf bleibt erhalten.
