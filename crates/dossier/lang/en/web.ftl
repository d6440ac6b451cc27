# What the web pages of snapshots say.
web-language = English
web-languages = Language
web-skip = Skip to the content
web-places = Main places
web-home = Calendar
web-latest = Newest state
web-by-date = By date
web-dossiers = Dossiers
web-snapshots = Snapshots
web-way = You are here
web-read-only = Everything here can be read, and nothing can be changed.
web-title = Saved states
web-nothing-yet = Nothing was saved yet.
web-range = { $number ->
    [one] One state was saved, on { $from }.
   *[other] { $number } states were saved, from { $from } to { $until }.
}
web-month = { $month } { $year }
web-months = Months
web-before = Before: { $month }
web-after = After: { $month }
web-choose-month = Month
web-show = Show
web-states = All states of this month
web-content = Content
web-name = Name
web-size = Size
web-changed = Last changed
web-empty = There is nothing here.
web-more = More
web-zip = Download all as zip
web-tar = Download all as tar
web-download = Download
web-versions = All versions
web-versions-of = Versions of { $name }
web-version-count = { $number ->
    [one] There is one version.
   *[other] There are { $number } versions.
}
web-newest-first = Versions, newest first
web-from = In the states from
web-until = until
web-file = File
web-lost-states = { $number ->
    [one] One state is damaged and could not be looked into.
   *[other] { $number } states are damaged and could not be looked into.
}
web-lost-folders = { $number ->
    [one] One folder is damaged and could not be looked into.
   *[other] { $number } folders are damaged and could not be looked into.
}
web-hash = BLAKE3
web-leads-to = Leads to
web-kind = Kind
web-special = a pipe or a device
web-preview = Preview
web-beginning = This is the beginning. Download the file to see all of it.
web-no-preview = This kind of file cannot be shown here. Download it to open it.
web-search = Search
web-filter = Show only names with
web-search-latest = Search the newest state for a name
web-search-below = Search here for a name
web-search-title = Search
web-search-help = Type a part of the name of a file or folder. A star stands for any letters, as in *.pdf.
web-results = Found
web-found = { $number ->
    [0] Nothing has such a name.
    [one] One name was found.
   *[other] { $number } names were found.
}
web-found-cut = The search ended early; { $number } names are shown. Type more of the name, or search in a smaller folder.
web-compare = Compare
web-compare-title = What is different
web-compare-link = What has changed since the state before
web-compare-day = Compare the state of
web-compare-and-day = with that of
web-compare-before = Before
web-compare-after = After
web-compare-first = There is no state before this one. Choose another day.
web-compare-none = Nothing was saved by { $day }. The first state is of { $first }.
web-compare-same = Nothing is different.
web-compare-unread = Some files could not be read when one of the two states was saved. What seems added or removed may be among them.
web-compare-cut = The comparison took too long and ended early: there is more that is different. Choose a smaller folder.
web-compare-sums = In all
web-compare-list = One by one
web-compare-change = Change
web-compare-number = Number
web-compare-size-before = Size before
web-compare-size-after = Size after
web-change-added = Added
web-change-removed = Removed
web-change-content = Changed
web-change-metadata = Only details
web-change-type = Turned into something else
web-detail-mode = permissions
web-detail-owner = owner
web-detail-time = time of last change
web-detail-xattrs = further attributes
web-detail-links = further names
web-detail-windows = attributes of Windows
web-not-found = Not found
web-no-place = There is nothing at this address.
web-damaged = Damaged
web-is-damaged = The repository does not give this as it was saved. Everything else can still be read. Tell whoever looks after the backups.
web-away = Not available
web-is-away = The repository cannot be read now. Try again in a moment.
web-busy = Busy
web-is-busy = Too much is being done at once. Try again in a moment.
web-refused = Not allowed
web-other-name = Open this page by the address that the program printed.
web-no-password = The password is needed.
