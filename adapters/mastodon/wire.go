package mastodon

import (
	"bytes"
	"encoding/json"
	"time"

	"netpatrol/adapters"
)

// The shapes of the API, as little of them as is needed. Servers add fields,
// leave some out and differ in types, so decoding is liberal.

// text is a string that some servers send as a number.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = text(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*t = text(n)
	return nil
}

// stamp is a time; what cannot be read is zero rather than an error, because a
// post with an odd date is still a post.
type stamp struct{ time.Time }

func (s *stamp) UnmarshalJSON(b []byte) error {
	t, err := time.Parse(time.RFC3339, string(bytes.Trim(b, `"`)))
	if err == nil {
		s.Time = t.UTC()
	}
	return nil
}

type profile struct {
	ID          text    `json:"id"`
	Username    string  `json:"username"`
	Acct        string  `json:"acct"`
	DisplayName string  `json:"display_name"`
	URL         string  `json:"url"`
	Fields      []field `json:"fields"`
}

type field struct {
	Name       string  `json:"name"`
	Value      string  `json:"value"` // HTML
	VerifiedAt *string `json:"verified_at"`
}

func (p profile) person() adapters.Person {
	return adapters.Person{ID: string(p.ID), Handle: p.Acct, Name: p.DisplayName}
}

func (p profile) identity() adapters.Identity {
	id := adapters.Identity{Person: p.person(), URL: p.URL, Evidence: "the profile shows no link that the server has verified"}
	for _, f := range p.Fields {
		if f.VerifiedAt != nil && *f.VerifiedAt != "" {
			id.Confirmed = true
			id.Evidence = "the server verified on " + *f.VerifiedAt + " the profile link " + f.Name + ": " + plainText(f.Value)
			break
		}
	}
	return id
}

type status struct {
	ID          text         `json:"id"`
	URL         string       `json:"url"`
	URI         string       `json:"uri"`
	Created     stamp        `json:"created_at"`
	Edited      stamp        `json:"edited_at"`
	Parent      text         `json:"in_reply_to_id"`
	ParentOwner text         `json:"in_reply_to_account_id"`
	Visibility  string       `json:"visibility"`
	Language    string       `json:"language"`
	Spoiler     string       `json:"spoiler_text"`
	Content     string       `json:"content"` // HTML
	Account     profile      `json:"account"`
	Mentions    []profile    `json:"mentions"` // nil: the server did not say
	Media       []attachment `json:"media_attachments"`
	Poll        *poll        `json:"poll"`
	Reblogs     int64        `json:"reblogs_count"`
	Favourites  int64        `json:"favourites_count"`
	Replies     int64        `json:"replies_count"`
}

type attachment struct {
	ID          text   `json:"id"`
	Type        string `json:"type"`
	URL         string `json:"url"`
	RemoteURL   string `json:"remote_url"`
	Description string `json:"description"`
}

type poll struct {
	Options []struct {
		Title string `json:"title"`
	} `json:"options"`
}

func (s status) receipt() adapters.Receipt {
	return adapters.Receipt{Ref: adapters.Ref(s.ID), URL: s.link(), At: s.Created.Time}
}

func (s status) link() string { return or(s.URL, s.URI) }

func (s status) mentions(id string) bool {
	for _, m := range s.Mentions {
		if string(m.ID) == id {
			return true
		}
	}
	return false
}

type notification struct {
	ID      text    `json:"id"`
	Type    string  `json:"type"`
	Created stamp   `json:"created_at"`
	Account profile `json:"account"`
	Status  *status `json:"status"`
}

// notificationRequest is a stranger whose notifications the server filtered.
type notificationRequest struct {
	ID      text    `json:"id"`
	Updated stamp   `json:"updated_at"`
	Account profile `json:"account"`
}

type conversation struct {
	Accounts   []profile `json:"accounts"`
	LastStatus *status   `json:"last_status"`
}

type thread struct {
	Ancestors   []status `json:"ancestors"`
	Descendants []status `json:"descendants"`
}
