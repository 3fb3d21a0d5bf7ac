package wechat

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
)

// push is one message or event as the platform sends it, in its words.
type push struct {
	To, From, Created, Type, MsgID, Event, EventKey string

	Content, Recognition, Title, Description, Label   string
	PicURL, URL, MediaID, Format, Latitude, Longitude string
	DataID, Index                                     string // the article it was sent from
	MenuID                                            string // of a clicked menu message

	Status, ArticleURL                string // of a mass send
	PublishID, PublishStatus, Article string // of a publish
	Answers                           string // to a subscription pop-up: accept or reject
	json                              bool
}

// readPush parses a plain push. One that names no kind is refused, an unknown kind is not.
func readPush(body []byte) (p push, err error) {
	if isJSON(body) {
		err = p.readJSON(body)
	} else {
		err = scanXML(body, p.set)
	}
	if err == nil && p.Type == "" {
		err = errors.New("the push does not say what it is")
	}
	return p, err
}

// set takes one element: what belongs to the push stands right under the root; results
// of jobs stand deeper, under names that nothing else has.
func (p *push) set(depth int, name, value []byte) {
	field := p.field(string(name))
	if depth > 2 {
		field = p.deep(string(name))
	}
	if field != nil && (*field == "" || depth == 2) {
		*field = string(value)
	}
}

func (p *push) field(name string) *string {
	switch name {
	case "ToUserName":
		return &p.To
	case "FromUserName":
		return &p.From
	case "CreateTime":
		return &p.Created
	case "MsgType":
		return &p.Type
	case "MsgId", "MsgID":
		return &p.MsgID
	case "Event":
		return &p.Event
	case "EventKey":
		return &p.EventKey
	case "Content":
		return &p.Content
	case "Recognition":
		return &p.Recognition
	case "Title":
		return &p.Title
	case "Description":
		return &p.Description
	case "Label":
		return &p.Label
	}
	return p.rare(name)
}

func (p *push) rare(name string) *string {
	switch name {
	case "PicUrl":
		return &p.PicURL
	case "Url":
		return &p.URL
	case "MediaId":
		return &p.MediaID
	case "Format":
		return &p.Format
	case "Location_X", "Latitude":
		return &p.Latitude
	case "Location_Y", "Longitude":
		return &p.Longitude
	case "MsgDataId":
		return &p.DataID
	case "Idx":
		return &p.Index
	case "bizmsgmenuid":
		return &p.MenuID
	case "Status":
		return &p.Status
	}
	return p.deep(name)
}

func (p *push) deep(name string) *string {
	switch name {
	case "ArticleUrl", "article_url":
		return &p.ArticleURL
	case "publish_id":
		return &p.PublishID
	case "publish_status":
		return &p.PublishStatus
	case "article_id":
		return &p.Article
	case "SubscribeStatusString":
		return &p.Answers
	}
	return nil
}

// readJSON takes the JSON form, which the console also offers.
func (p *push) readJSON(body []byte) error {
	p.json = true
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return errors.New("the JSON is broken")
	}
	for name, raw := range fields {
		p.setJSON(2, name, raw)
	}
	return nil
}

func (p *push) setJSON(depth int, name string, raw json.RawMessage) {
	var v text
	var inner map[string]json.RawMessage
	var list []json.RawMessage
	switch {
	case depth > maxDepth:
	case json.Unmarshal(raw, &v) == nil:
		p.set(depth, []byte(name), []byte(v))
	case json.Unmarshal(raw, &inner) == nil:
		for k, r := range inner {
			p.setJSON(depth+1, k, r)
		}
	case json.Unmarshal(raw, &list) == nil:
		for _, r := range list {
			p.setJSON(depth+1, name, r)
		}
	}
}

// replyable: a person wrote or pressed something, and the answer's dialect is known.
func (p *push) replyable(k adapters.Kind) bool {
	return !p.json && p.From != "" && k != adapters.KindUnfollow && k != adapters.KindOutcome
}

// inbound translates. Digest makes keys that tell senders apart without naming them.
func (p *push) inbound(digest func(...string) string) adapters.Inbound {
	in := adapters.Inbound{From: adapters.Person{ID: p.From}, At: p.at()}
	if p.Type == "event" {
		in.Key = plainID(p.Created) + "." + plainID(p.Event) + "." + digest(p.From, p.Event, p.EventKey, p.MsgID, p.PublishID)
		in.Ref = adapters.Ref(in.Key)
		p.event(&in)
		return in
	}
	in.Key = plainID(p.MsgID) + "." + digest(p.From)
	in.Ref = adapters.Ref(p.MsgID)
	if p.MsgID == "" {
		in.Key = plainID(p.Created) + "." + plainID(p.Type) + "." + digest(p.From, p.Content)
		in.Ref = adapters.Ref(in.Key)
	}
	if p.DataID != "" {
		if n, err := strconv.Atoi(p.Index); err == nil && n > 0 {
			in.Parent = articleRef(p.DataID, n-1)
		}
	}
	p.message(&in)
	return in
}

func (p *push) at() time.Time {
	s, err := strconv.ParseInt(p.Created, 10, 64)
	if err != nil || s <= 0 || s > 1e11 {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}

// plainID keeps what ids and event names are made of; a key is no place for a stranger's text.
func plainID(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r == '-' {
			return r
		}
		return -1
	}, s[:min(len(s), 64)])
}

func (p *push) message(in *adapters.Inbound) {
	in.Kind = adapters.KindMessage
	switch p.Type {
	case "text":
		in.Text = p.Content
		if p.MenuID != "" { // counts as a menu click, not as a message (customer-service guide)
			in.Kind, in.Choice = adapters.KindMenu, p.MenuID
		}
	case "image":
		in.Media = p.media("image/jpeg", p.PicURL)
	case "voice":
		in.Text, in.Media = p.Recognition, p.media("audio/"+or(strings.ToLower(plainID(p.Format)), "amr"), "")
	case "video", "shortvideo":
		in.Media = p.media("video/mp4", "")
	case "location":
		in.Text = joined("\n", p.Label, joined(",", p.Latitude, p.Longitude))
	case "link":
		in.Text, in.URL = joined("\n", p.Title, p.Description, p.URL), p.URL
	default:
		in.Kind, in.Text, in.Detail = adapters.KindOther, p.Content, p.Type
	}
}

func (p *push) media(mime, link string) []adapters.Media {
	m := adapters.Media{Ref: adapters.Ref(p.MediaID), Type: mime, URL: link}
	if at := p.at(); !at.IsZero() {
		m.Until = at.Add(mediaLife)
	}
	return []adapters.Media{m}
}

// event translates what is no message. What has no kind of its own stays KindOther, with
// the event in Detail and its value in Text.
func (p *push) event(in *adapters.Inbound) {
	in.Kind, in.Detail = adapters.KindOther, p.Event
	switch p.Event {
	case "subscribe":
		in.Kind, in.Text = adapters.KindFollow, strings.TrimPrefix(p.EventKey, "qrscene_")
	case "unsubscribe":
		in.Kind = adapters.KindUnfollow
	case "VIEW":
		in.URL = p.EventKey
	case "LOCATION":
		in.Text = joined(",", p.Latitude, p.Longitude)
	case "MASSSENDJOBFINISH":
		if p.Status == "send success" { // also when somebody sent it from the console
			in.Spent = adapters.Public
		}
		in.Kind, in.Ref, in.Detail, in.URL = adapters.KindOutcome, massRef(p.MsgID), joined(" ", p.Event, p.Status), p.ArticleURL
		in.Text = refusal(p.Status)
	case "PUBLISHJOBFINISH":
		in.Kind, in.Ref, in.Detail, in.URL = adapters.KindOutcome, publishRef(p.PublishID), joined(" ", p.Event, p.PublishStatus, p.Article), p.ArticleURL
		in.Text = jobRefusal(p.PublishStatus)
	case "TEMPLATESENDJOBFINISH":
		in.Kind, in.Ref, in.Detail = adapters.KindOutcome, adapters.Ref(templatePrefix+p.MsgID), joined(" ", p.Event, p.Status)
	case "subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event":
		in.Text = p.Answers
	case "CLICK", "scancode_push", "scancode_waitmsg":
		in.Kind, in.Choice = adapters.KindMenu, p.EventKey
	case "SCAN":
		in.Kind, in.Text = adapters.KindScan, p.EventKey
	default: // whatever comes
		in.Text = p.EventKey
	}
}

// joined joins what is not empty.
func joined(sep string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}
