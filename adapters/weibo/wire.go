package weibo

import (
	"encoding/json"
	"time"

	"netpatrol/adapters"
)

// text is something that comes as a JSON string, number or boolean: ids lie above 2^53, and
// what the documents show as a string comes as a number.
type text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = text(s)
		return nil
	}
	if string(b) == "null" {
		return nil
	}
	switch b[0] {
	case '{', '[':
		return &json.UnmarshalTypeError{Value: "composite", Field: "text"}
	}
	*t = text(b)
	return nil
}

// stamp is a time in the platform's style; one that cannot be read is zero.
type stamp struct{ time.Time }

// UnmarshalJSON implements [json.Unmarshaler].
func (s *stamp) UnmarshalJSON(b []byte) error {
	var t text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	s.Time = parseTime(string(t))
	return nil
}

// parseTime reads the platform's times: Ruby style, or seconds or milliseconds since 1970.
func parseTime(s string) time.Time {
	if t, err := time.Parse(time.RubyDate, s); err == nil {
		return t.UTC()
	}
	n, err := json.Number(s).Int64()
	switch {
	case err != nil || n <= 0 || n > 1e14:
		return time.Time{}
	case n > 1e11:
		return time.UnixMilli(n).UTC()
	}
	return time.Unix(n, 0).UTC()
}

// failure is what an answer says of an error, in either of two dialects.
type failure struct {
	Error   text `json:"error"`
	Code    text `json:"error_code"`
	ErrMsg  text `json:"errmsg"`
	ErrCode text `json:"errcode"`
}

func (f failure) code() string {
	code := string(or(f.Code, f.ErrCode))
	if code == "0" || code == "null" {
		return ""
	}
	return code
}

func (f failure) text() string { return string(or(f.Error, f.ErrMsg)) }

// user is a person or account.
type user struct {
	ID           text   `json:"id"`
	IDStr        string `json:"idstr"`
	ScreenName   string `json:"screen_name"`
	Verified     bool   `json:"verified"`
	VerifiedType *int   `json:"verified_type"`
	Reason       string `json:"verified_reason"`
}

func (u user) id() string { return or(u.IDStr, string(u.ID)) }

func (u user) person() adapters.Person {
	return adapters.Person{ID: u.id(), Handle: u.ScreenName, Name: u.ScreenName}
}

// post is a status, in the platform's word.
type post struct {
	ID        text   `json:"id"`
	IDStr     string `json:"idstr"`
	MID       string `json:"mid"`
	Text      string `json:"text"`
	Created   stamp  `json:"created_at"`
	Edited    stamp  `json:"edit_at"` // seen in answers, not documented
	Long      bool   `json:"isLongText"`
	Deleted   text   `json:"deleted"`
	User      user   `json:"user"`
	Retweeted *post  `json:"retweeted_status"`
}

func (p post) id() string { return or(or(p.IDStr, p.MID), string(p.ID)) }

// gone says that this is what the platform shows in place of a deleted post.
func (p post) gone() bool { return p.Deleted == "1" || p.Deleted == "true" }

func (p post) receipt() adapters.Receipt {
	return adapters.Receipt{Ref: postRef(p.id()), URL: postURL(p.id()), At: p.Created.Time}
}

func (p post) inbound(kind adapters.Kind) adapters.Inbound {
	in := adapters.Inbound{
		Key: postKey(p.id()), Kind: kind, Ref: postRef(p.id()), From: p.User.person(), Text: p.Text,
		URL: postURL(p.id()), At: p.Created.Time, Edited: p.Edited.Time,
	}
	if !p.Edited.IsZero() {
		in.Key += "-" + p.Edited.Format("20060102150405")
	}
	if p.Retweeted != nil {
		in.Parent = postRef(p.Retweeted.id())
	}
	return in
}

// comment is one under a post.
type comment struct {
	ID      text     `json:"id"`
	IDStr   string   `json:"idstr"`
	MID     string   `json:"mid"`
	Text    string   `json:"text"`
	Created stamp    `json:"created_at"`
	User    user     `json:"user"`
	Status  *post    `json:"status"`
	ReplyTo *comment `json:"reply_comment"`
}

func (c comment) id() string { return or(or(c.IDStr, c.MID), string(c.ID)) }

// under is the id of the post the comment stands under; "": not said.
func (c comment) under() string {
	if c.Status == nil {
		return ""
	}
	return c.Status.id()
}

func (c comment) inbound(kind adapters.Kind) adapters.Inbound {
	in := adapters.Inbound{
		Key: commentKey(c.id()), Kind: kind, Ref: commentRef(c.id(), c.under()), From: c.User.person(), Text: c.Text, At: c.Created.Time,
	}
	if c.Status != nil {
		in.Parent, in.Thread, in.URL = postRef(c.under()), postRef(c.under()), postURL(c.under())
	}
	if c.ReplyTo != nil {
		in.Parent = commentRef(c.ReplyTo.id(), c.under())
	}
	return in
}
