package adapters

import (
	"context"
	"time"
)

// MenuEntry is one entry of the menu a platform shows under an account.
type MenuEntry struct {
	Label   string      `json:"label"`
	Key     string      `json:"key,omitempty"` // [Inbound].Choice when somebody presses it
	URL     string      `json:"url,omitempty"` // it leads there instead
	Entries []MenuEntry `json:"entries,omitempty"`
	// Other is the platform's word for what an entry does that is neither of these.
	Other string `json:"other,omitempty"`
}

// Menuer shows and sets an account's menu.
type Menuer interface {
	// Menu reads the entries that people see now, whoever set them. None: there is no menu.
	Menu(ctx context.Context) ([]MenuEntry, error)
	// SetMenu replaces the whole menu with one mutating request. Entries that the platform
	// cannot show are an [*Error] of class [Rejected].
	SetMenu(ctx context.Context, at Attempt, entries []MenuEntry) error
}

// Notice tells somebody that there is news, and not what it is.
type Notice struct {
	To      Person
	Way     string // one of [Noticer].Ways
	Purpose string // of the message that waits
}

// Noticer reaches people whom the platform does not let us write to now, by ways for which
// it wants their consent or a grant. The words are the platform's template and the account's
// options; they never say what the news is.
type Noticer interface {
	// Ways lists the ways that are set up for messages of a purpose, the best first.
	Ways(purpose string) []string
	// Notify makes at most one mutating request. A person who has not consented is an [*Error] of
	// class [WindowClosed].
	Notify(ctx context.Context, at Attempt, n Notice) (Receipt, error)
}

// Yielder leaves a message to the people who answer in the platform's own console. It is
// pure. Whether to do so is not its decision.
type Yielder interface {
	// Yield is the answer to the callback d that does so. The same callback gives the same bytes.
	Yield(d Delivery) (body []byte, contentType string, err error)
}

// Survey is what stands on the platform before we take an account over. It holds nothing
// personal.
type Survey struct {
	Followers int         `json:"followers"`
	Groups    []Group     `json:"groups,omitempty"`  // of followers
	Replies   []AutoReply `json:"replies,omitempty"` // what the platform's own console answers by itself
	Menu      []MenuEntry `json:"menu,omitempty"`
	Articles  []Published `json:"articles,omitempty"` // newest first
	More      int         `json:"more,omitempty"`     // articles beyond those listed
	// Stops is what will no longer work once the account is ours, and Back the way back: in
	// the words people read.
	Stops []string `json:"stops,omitempty"`
	Back  string   `json:"back,omitempty"`
	Gaps  []string `json:"gaps,omitempty"` // what could not be read, and why
}

// Group is followers under one name, to whom a bulletin can be sent apart.
type Group struct {
	ID      string `json:"id"` // as options name it
	Name    string `json:"name"`
	Members int    `json:"members"`
}

// AutoReply is one automatic answer of the platform's own console.
type AutoReply struct {
	Name string   `json:"name,omitempty"`
	When []string `json:"when"` // words it answers to; "" : everything else
	Says []string `json:"says"` // texts; other kinds by name
}

// Published is one public post of the past.
type Published struct {
	Ref   Ref       `json:"ref"`
	Title string    `json:"title"`
	URL   string    `json:"url,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

// Surveyor reads what an account has before it is taken over. It changes nothing. What
// cannot be read is a gap, not an error, as long as anything can.
type Surveyor interface {
	Survey(ctx context.Context) (Survey, error)
}
