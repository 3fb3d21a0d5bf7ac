package weibo

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
)

// push is one message or event of the fan service, in the platform's words.
type push struct {
	kind, sender, receiver, created, text string
	data                                  pushData
	xml                                   bool
}

// pushData is what belongs to some kinds.
type pushData struct {
	Subtype   string `json:"subtype"`
	Key       text   `json:"key"`
	Ticket    string `json:"ticket"`
	Longitude text   `json:"longitude"`
	Latitude  text   `json:"latitude"`
	VFID      text   `json:"vfid"`
	ToVFID    text   `json:"tovfid"`
}

// readPush parses a push, in JSON or in the XML the account's owner can choose. One that
// names no kind is refused, an unknown kind is not.
func readPush(body []byte) (p push, err error) {
	if trimmed := bytes.TrimSpace(body); bytes.HasPrefix(trimmed, []byte("<")) {
		p, err = readXML(trimmed)
	} else {
		p, err = readJSON(trimmed)
	}
	if err == nil && p.kind == "" {
		err = errors.New("the push does not say what it is")
	}
	return p, err
}

func readJSON(body []byte) (push, error) {
	var in struct {
		Type     string          `json:"type"`
		Receiver text            `json:"receiver_id"`
		Sender   text            `json:"sender_id"`
		Created  text            `json:"created_at"`
		Text     string          `json:"text"`
		Data     json.RawMessage `json:"data"`
	}
	if json.Unmarshal(body, &in) != nil {
		return push{}, errors.New("the JSON is broken")
	}
	p := push{kind: in.Type, sender: string(in.Sender), receiver: string(in.Receiver), created: string(in.Created), text: in.Text}
	_ = json.Unmarshal(in.Data, &p.data) // odd data belongs to a kind we do not know
	return p, nil
}

// readXML takes the form that is compatible with WeChat's, in which following is called
// subscribing.
func readXML(body []byte) (push, error) {
	var doc struct {
		XMLName xml.Name `xml:"xml"`
		To      string   `xml:"ToUserName"`
		From    string   `xml:"FromUserName"`
		Created string   `xml:"CreateTime"`
		Type    string   `xml:"MsgType"`
		Content string   `xml:"Content"`
		Event   string   `xml:"Event"`
		Key     string   `xml:"EventKey"`
		MediaID string   `xml:"MediaId"`
		X       string   `xml:"Location_X"`
		Y       string   `xml:"Location_Y"`
	}
	if xml.Unmarshal(body, &doc) != nil {
		return push{}, errors.New("the XML is broken")
	}
	p := push{kind: doc.Type, sender: doc.From, receiver: doc.To, created: doc.Created, text: doc.Content, xml: true}
	p.data = pushData{Subtype: strings.ToLower(doc.Event), Key: text(doc.Key), Latitude: text(doc.X), Longitude: text(doc.Y), ToVFID: text(doc.MediaID)}
	switch {
	case p.kind == "location":
		p.kind = "position"
	case p.data.Subtype == "subscribe":
		p.data.Subtype = "follow"
	case p.data.Subtype == "unsubscribe":
		p.data.Subtype = "unfollow"
	}
	return p, nil
}

// replyable: a person wrote or pressed something, and the answer's dialect is known. What
// the documents say of answers to mentions is about active ones.
func (p push) replyable(k adapters.Kind) bool {
	return !p.xml && number(p.sender) && k != adapters.KindUnfollow && k != adapters.KindMention
}

// inbound translates. Digest makes keys that tell messages apart without naming anybody.
func (p push) inbound(digest func(...string) string) adapters.Inbound {
	in := adapters.Inbound{From: adapters.Person{ID: p.sender}, At: parseTime(p.created), Text: p.text}
	if p.kind == "mention" && number(string(p.data.Key)) {
		p.mention(&in)
		return in
	}
	data, _ := json.Marshal(p.data) // strings always marshal
	in.Key = seconds(in.At) + "." + plainWord(p.kind) + "." + digest(p.sender, p.created, p.kind, p.text, string(data))
	in.Ref = adapters.Ref(in.Key)
	switch p.kind {
	case "text":
		p.words(&in)
	case "image", "voice":
		p.media(&in)
	case "position":
		in.Kind, in.Text = adapters.KindMessage, strings.Trim(string(p.data.Latitude)+","+string(p.data.Longitude), ",")
	case "event":
		p.event(&in)
	default:
		in.Kind, in.Detail = adapters.KindOther, p.kind
	}
	return in
}

// mention names the post or comment as a poll would.
func (p push) mention(in *adapters.Inbound) {
	in.Kind = adapters.KindMention
	id := string(p.data.Key)
	if p.data.Subtype == "comment" {
		in.Key, in.Ref = commentKey(id), commentRef(id, "")
		return
	}
	in.Key, in.Ref, in.URL = postKey(id), postRef(id), postURL(id)
}

// words: "dy" and "td" are how people subscribe and unsubscribe; nobody waits for an answer.
func (p push) words(in *adapters.Inbound) {
	in.Kind = adapters.KindMessage
	switch strings.ToLower(strings.TrimSpace(p.text)) {
	case "dy":
		in.Kind, in.Detail = adapters.KindOther, "subscribe"
	case "td":
		in.Kind, in.Detail = adapters.KindOther, "unsubscribe"
	}
}

// media carries a notice of the platform's in place of words.
func (p push) media(in *adapters.Inbound) {
	in.Kind, in.Text = adapters.KindMessage, ""
	mime := "image/jpeg"
	if p.kind == "voice" {
		mime = "audio/amr"
	}
	in.Media = []adapters.Media{{Ref: adapters.Ref(p.data.ToVFID), Type: mime}}
}

func (p push) event(in *adapters.Inbound) {
	in.Kind, in.Detail, in.Text = adapters.KindOther, p.data.Subtype, string(p.data.Key)
	switch p.data.Subtype {
	case "follow", "scan_follow":
		in.Kind = adapters.KindFollow
	case "unfollow":
		in.Kind = adapters.KindUnfollow
	case "click":
		in.Kind, in.Choice, in.Text = adapters.KindMenu, in.Text, ""
	case "scan":
		in.Kind = adapters.KindScan
	}
}

func seconds(t time.Time) string {
	if t.IsZero() {
		return "0"
	}
	return strconv.FormatInt(t.Unix(), 10)
}

// plainWord keeps letters; a key is no place for a stranger's text.
func plainWord(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' {
			return r
		}
		return -1
	}, s[:min(len(s), 32)])
}
