# Texts of the web client and of the templates. A key exists in every language (tests/i18n.test.ts).

## General
app-loading = Loading your mail…
app-noscript = Waxseal's mail view needs JavaScript. Signing in and out works without it.
loading = Loading
close = Close
cancel = Cancel
undo = Undo
undone = Undone.
saved = Saved
try-again = Try again
more-actions = More actions
notifications = Notifications
skip = Skip to the messages
nothing-found = Nothing found
date-yesterday = Yesterday
and-more = { $n } more
someone-unknown = Unknown sender
no-subject = (No subject)

## Sign-in and errors (templates)
signin-title = Sign in
signin-tagline = Mail under your own seal.
signin-username = E-mail address
signin-password = Password
signin-show = Show
signin-submit = Sign in
signin-signed-out = You are signed out.
signin-foot = Your encryption keys stay in your browser. The server never sees your passphrase.
error-home = Go to your mail
error-reference = Reference:

## Errors by code
err-internal = Something went wrong on our side. Nothing was lost; please try again.
err-offline = The server cannot be reached. Please check your connection.
err-timeout = It took too long. Please try again.
err-gateway = The server is not answering just now. Please try again in a moment.
err-cancelled = Cancelled.
err-unauthenticated = Please sign in again.
err-wrong-password = User name or password is wrong.
err-csrf = This page is out of date. Please reload it.
err-forbidden = You may not do that here.
err-feature-disabled = This feature is not part of your plan.
err-not-found = That is no longer there.
err-conflict = The folder has changed meanwhile. Please refresh it.
err-too-large = That is too large for the server.
err-damaged = The message is damaged and cannot be read completely.
err-decrypt-failed = The message could not be decrypted.
err-wrong-passphrase = The passphrase is wrong.
err-imap-unavailable = The mail server cannot be reached. Please try again in a moment.
err-imap-error = The mail server refused the request.
err-smtp-unavailable = The outgoing mail server cannot be reached. Your message is kept as a draft.
err-state-unavailable = The server cannot reach its own memory just now. Please try again in a moment.
err-untrusted-server = The mail server's certificate is not trusted, so no connection was made.
err-storage-full = There is no room left in the mailbox.
err-no-certificate = There is no usable certificate.

## Header, account, overlays
account = Account
settings = Settings
search = Search mail
search-in = Search in { $folder }
search-clear = Clear search
theme-system = Like the system
theme-light = Light
theme-dark = Dark
palette = Commands
palette-hint = Type a command or a folder
shortcuts = Keyboard shortcuts
shortcuts-show = Show all shortcuts
shortcuts-go = Go to
shortcuts-list = In the list
shortcuts-message = With a message
shortcuts-compose = Writing
shortcuts-app = Everywhere
shortcuts-off-hint = Single-key shortcuts rest while you type. You can turn them off in Settings.
expired-title = Please sign in again
expired-text = Your session has ended. Everything on this page, also what you were writing, is still here and goes on after you have signed in.
expired-other = Use another account
expired-back = Signed in again.

## Folders
folders = Folders
folders-show = Show folders
folders-shared = Shared with me
folder-inbox = Inbox
folder-drafts = Drafts
folder-sent = Sent
folder-archive = Archive
folder-junk = Junk
folder-trash = Trash
folder-all = All mail
folder-flagged = Starred
folder-unread = { $n } unread
folder-drafts-count = { $n ->
    [one] { $n } draft
   *[other] { $n } drafts
}
folder-toggle = Subfolders of { $name }
folder-new = New folder
folder-name = Name
folder-name-hint = Use the separator of your server for a folder inside another one.
folder-make = Create folder
folder-made = Folder “{ $name }” was created.
compose = Compose

## List
list-region = Messages
list-label = Messages in { $folder }
list-failed = The messages could not be loaded
messages-count = { $n ->
    [one] { $n } message
   *[other] { $n } messages
}
selected-count = { $n } selected
selection-actions = Actions for the selected messages
select-all = Select all
select-all-cut = The newest { $n } of { $total } messages are selected.
row-select = Select “{ $subject }”
row-to = To: { $names }
row-no-recipient = No recipient
row-encrypted = Encrypted
row-signed = Signed
row-opaque = Encrypted or signed
row-attachment = Has attachments
unread = Unread
answered = Answered
forwarded = Forwarded
flag = Add star
unflag = Remove star
filter = Filter
filter-unread = Unread
filter-flagged = Starred
filter-attachment = With attachments
filter-encrypted = Encrypted
filter-signed = Signed
filter-remove = Remove filter
empty-inbox = All done
empty-inbox-text = Your inbox is empty. New mail appears here by itself.
empty-folder = Nothing here
empty-folder-text = Move messages here with “Move to…” or by dragging them onto the folder.
empty-trash-text = Deleted messages wait here until they are removed for good.
empty-drafts-text = What you begin to write is kept here until you send it.

## Search
search-results = Search results
search-found = { $n } in { $folder }
search-scope = Where to search
search-scope-all = Whole messages
search-scope-headers = Sender, recipients, subject
search-close = Close search
search-none = No message matches
search-none-text = Try fewer words, another folder, or search in whole messages.
search-header-only = { $n ->
    [one] { $n } encrypted message was searched by header only, because its text cannot be read by the server.
   *[other] { $n } encrypted messages were searched by header only, because their text cannot be read by the server.
}

## Reader
reader-region = Message
reader-empty = No message open
reader-empty-text = Choose a message, or walk through the list with j and k.
message-actions = Message actions
message-failed = The message could not be opened
position-of = { $n } of { $total }
to-list = to { $names }
details-show = Details
details-hide = Hide details
received-at = Received { $date }
from-several = This message names more than one sender. Be careful whom you answer.
header-from = From
header-sender = Sent by
header-reply-to = Replies go to
header-to = To
header-cc = Cc
header-bcc = Bcc
header-date = Written
header-received = Received
header-outer-subject = Subject on the envelope
header-message-id = Message ID
header-size = Size
frame-title = Message text
quote-show = Show quoted text
text-cut = The text is very long; only its beginning is shown. Download the source to see all of it.
body-none = This message has no text.
body-none-attachments = This message has no text, only attachments.
remote-blocked = { $n ->
    [one] A picture from the internet was not loaded, so the sender does not learn that you opened this.
   *[other] { $n } things from the internet were not loaded, so the sender does not learn that you opened this.
}
remote-blocked-sealed = Encrypted mail never loads anything from the internet. { $n ->
    [one] One thing was left out.
   *[other] { $n } things were left out.
}
image-missing = Picture not available
link-odd-title = This link leads somewhere else
link-odd-text = Its text says “{ $shown }”, but it leads to { $real }. Criminals do this to imitate others.
link-odd-open = Open anyway
attachments = Attachments
attachments-count = { $n ->
    [one] { $n } attachment
   *[other] { $n } attachments
}
attachment-unnamed = Unnamed attachment
attachment-download = Download { $name }, { $size }
source-cut = Only the beginning is shown.
source-download = Download source

## Actions
moved = { $n ->
    [one] Moved to { $folder }.
   *[other] { $n } messages moved to { $folder }.
}
archived = { $n ->
    [one] Archived.
   *[other] { $n } messages archived.
}
archive-none = This mailbox has no archive folder. Create one named “Archive”.
junk-none = This mailbox has no junk folder.
deleted = { $n ->
    [one] Moved to Trash.
   *[other] { $n } messages moved to Trash.
}
deleted-forever = { $n ->
    [one] Deleted for good.
   *[other] { $n } messages deleted for good.
}
delete-forever = Delete for good
delete-forever-title = { $n ->
    [one] Delete this message for good?
   *[other] Delete { $n } messages for good?
}
delete-forever-text = This cannot be undone.
move-title = { $n ->
    [one] Move to…
   *[other] Move { $n } messages to…
}
move-hint = Type the name of a folder
go-to = Go to { $folder }

## Commands
cmd-inbox = Inbox
cmd-sent = Sent
cmd-drafts = Drafts
cmd-archive-folder = Archive folder
cmd-search = Search
cmd-next = Next message
cmd-previous = Previous message
cmd-open = Open message
cmd-select = Select message
cmd-extend-down = Extend selection down
cmd-extend-up = Extend selection up
cmd-clear-selection = Clear selection
cmd-refresh = Check for new mail
cmd-back = Back to the list
cmd-reply = Reply
cmd-reply-all = Reply to all
cmd-forward = Forward
cmd-archive = Archive
cmd-delete = Delete
cmd-flag = Star
cmd-unread = Mark as read or unread
cmd-move = Move to…
cmd-junk = Report as junk
cmd-not-junk = Not junk
cmd-print = Print
cmd-source = Message source
cmd-compose = New message
cmd-palette = Command palette
cmd-shortcuts = Keyboard shortcuts
cmd-signout = Sign out

## Settings
settings-general = General
settings-identity = You
settings-security = Security
settings-about = About
settings-back = Back to mail
set-theme = Appearance
set-density = Spacing
density-comfortable = Comfortable
density-compact = Compact
set-language = Language
set-mark-read = Mark messages as read when opened
set-mark-read-hint = Off: use Shift+U to mark them yourself.
set-shortcuts = Single-key shortcuts
set-shortcuts-hint = Keys such as j, k, e and r without Ctrl.
set-address = Address
set-name = Name
set-name-hint = Stands before your address in what you send.
set-signature = Signature
set-signature-hint = Added below what you write.
set-mode = When you write a new message
mode-default-auto = Auto: remember last settings
mode-default-auto-text = As you did last time. Answers to encrypted mail are always encrypted.
mode-default-none = Do not sign or encrypt
mode-default-none-text = You can still choose it for a single message.
mode-default-sign = Sign
mode-default-sign-text = Others can check that it comes from you and was not changed.
mode-default-sign-encrypt = Sign and encrypt
mode-default-sign-encrypt-text = Only you and the recipients can read it. Every recipient needs a certificate.
set-lock = Lock my keys after
set-lock-minutes = { $n ->
    [5] 5 minutes without use
    [15] 15 minutes without use
    [60] 1 hour without use
   *[other] { NUMBER($n, maximumFractionDigits: 0) } minutes without use
}
set-lock-hint = They are also locked when you sign out or close the tab.
about-text = Webmail with S/MIME. Private keys are unlocked in your browser and never leave it.
about-account = Account
about-plan = Plan
about-instance = Server
