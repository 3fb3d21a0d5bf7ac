package wechat

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// passive is the reply to a callback, as the account wrote it.
type passive struct {
	XMLName      xml.Name `xml:"xml"`
	ToUserName   string   `xml:"ToUserName"`
	FromUserName string   `xml:"FromUserName"`
	CreateTime   int64    `xml:"CreateTime"`
	MsgType      string   `xml:"MsgType"`
	Content      string   `xml:"Content"`
	Image        struct {
		MediaID string `xml:"MediaId"`
	} `xml:"Image"`
	Voice struct {
		MediaID string `xml:"MediaId"`
	} `xml:"Voice"`
	Video struct {
		MediaID string `xml:"MediaId"`
		Title   string `xml:"Title"`
	} `xml:"Video"`
	Music struct {
		Title        string `xml:"Title"`
		MusicURL     string `xml:"MusicUrl"`
		ThumbMediaID string `xml:"ThumbMediaId"`
	} `xml:"Music"`
	ArticleCount int `xml:"ArticleCount"`
	Articles     struct {
		Items []struct {
			Title, Description, PicUrl, Url string
		} `xml:"item"`
	} `xml:"Articles"`
	TransInfo struct {
		KfAccount string `xml:"KfAccount"`
	} `xml:"TransInfo"`
}

// envelopeXML is an encrypted reply.
type envelopeXML struct {
	XMLName      xml.Name `xml:"xml"`
	Encrypt      string
	MsgSignature string
	TimeStamp    string
	Nonce        string
}

var errReply = errors.New("not a reply the platform can read")

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errReply, fmt.Sprintf(format, args...))
}

// takeReply reads the answer to a delivery and shows the reply inside, if it is the
// first. The lock is held.
func (p *Platform) takeReply(x *push, d *Delivery, body []byte) {
	r, err := p.readReply(x, body)
	if err != nil { // the platform does not ask again
		d.Outcome, d.Why = Malformed, err.Error()
		p.counts.Malformed++
		return
	}
	if r != nil {
		d.Reply = digest(string(encodeJSON(r)))
	}
	if n := len(x.seen); n > 0 && x.seen[n-1] != d.Reply {
		x.Contradicted = true
	}
	x.seen = append(x.seen, d.Reply)
	if d.Fault == LoseReply {
		d.Outcome = Lost
		return
	}
	d.Outcome = Answered
	if r != nil && !x.Acknowledged && x.follower != nil {
		x.Reply = d.Reply
		p.showReply(x, r)
	}
	x.Acknowledged = true
}

// readReply returns nil for an acknowledgement without a reply.
func (p *Platform) readReply(x *push, body []byte) (*passive, error) {
	body = bytes.TrimSpace(body)
	if len(body) == 0 || string(body) == "success" {
		return nil, nil
	}
	message := body
	var e envelopeXML
	sealed := xml.Unmarshal(body, &e) == nil && e.Encrypt != ""
	switch {
	case sealed && p.opts.Mode == Plain:
		return nil, bad("encrypted, though the mode is plain")
	case !sealed && p.opts.Mode == Safe:
		return nil, bad("not encrypted, though the mode is safe")
	case sealed:
		inner, err := p.openReply(e)
		if err != nil {
			return nil, err
		}
		message = inner
	}
	var r passive
	if err := xml.Unmarshal(message, &r); err != nil {
		return nil, bad("%v", err)
	}
	return &r, p.checkReply(x, &r)
}

func (p *Platform) openReply(e envelopeXML) ([]byte, error) {
	if sign(p.opts.Token, e.TimeStamp, e.Nonce, e.Encrypt) != e.MsgSignature {
		return nil, bad("MsgSignature is wrong")
	}
	for _, key := range [][]byte{p.key, p.older} {
		if key == nil {
			continue
		}
		message, appID, err := unseal(key, e.Encrypt)
		if err == nil && appID == p.opts.AppID {
			return message, nil
		}
	}
	return nil, bad("it cannot be decrypted, or is another account's")
}

func (p *Platform) checkReply(x *push, r *passive) error {
	switch {
	case r.ToUserName != x.OpenID || r.FromUserName != p.opts.OriginalID:
		return bad("to %q from %q, want to %q from %q", r.ToUserName, r.FromUserName, x.OpenID, p.opts.OriginalID)
	case r.CreateTime == 0:
		return bad("CreateTime is missing")
	}
	return p.checkContent(r)
}

func (p *Platform) checkContent(r *passive) error {
	known := func(id string) error {
		if p.live(id) == nil {
			return bad("there is no media %q", id)
		}
		return nil
	}
	switch r.MsgType {
	case "text":
		if r.Content == "" || len(r.Content) > p.opts.MaxTextBytes {
			return bad("Content has %d bytes, want 1 to %d", len(r.Content), p.opts.MaxTextBytes)
		}
	case "image":
		return known(r.Image.MediaID)
	case "voice":
		return known(r.Voice.MediaID)
	case "video":
		return known(r.Video.MediaID)
	case "music":
		return known(r.Music.ThumbMediaID)
	case "news":
		if r.ArticleCount != 1 || len(r.Articles.Items) != 1 {
			return bad("%d articles, want 1", len(r.Articles.Items))
		}
	case "transfer_customer_service":
	default:
		return bad("MsgType %q", r.MsgType)
	}
	return nil
}

// showReply puts a passive reply on the phone, or hands the chat to the staff.
func (p *Platform) showReply(x *push, r *passive) {
	f := x.follower
	if r.MsgType == "transfer_customer_service" {
		f.withStaff = true
		return
	}
	b := Bubble{Via: ViaPassive, Kind: r.MsgType, Text: r.Content, MediaID: r.Image.MediaID + r.Voice.MediaID + r.Video.MediaID}
	switch r.MsgType {
	case "news":
		it := r.Articles.Items[0]
		b.Title, b.Text, b.URL = it.Title, it.Description, it.Url
	case "video":
		b.Title = r.Video.Title
	case "music":
		b.Title, b.URL = r.Music.Title, r.Music.MusicURL
	}
	p.arrive(b, x.MsgID, f)
}

// arrive shows something on phones and writes it down.
func (p *Platform) arrive(b Bubble, msgID string, to ...*follower) *Received {
	r := &Received{
		Via: b.Via, Kind: b.Kind, Text: b.Text, Title: b.Title, URL: b.URL, MsgID: msgID, MediaID: b.MediaID, Article: b.Article,
		At: p.opts.Now(),
	}
	for _, o := range b.Options {
		r.Text += "\n" + o.Content
	}
	if b.Tail != "" {
		r.Text += "\n" + b.Tail
	}
	r.Text = strings.TrimPrefix(r.Text, "\n")
	r.Digest = digest(r.Text)
	for _, f := range to {
		r.To = append(r.To, f.name)
		p.show(f, b)
	}
	p.receive(r)
	return r
}

// receive files what reached phones.
func (p *Platform) receive(r *Received) {
	if !r.byHand() {
		same := r.sameness()
		p.copies[same]++
		r.Nth = p.copies[same]
	}
	p.received = append(p.received, r)
	p.touch()
}

// sameness is equal for two of which the second is a duplicate. Previews are compared
// with previews only, answers under a comment with others under the same comment.
func (r *Received) sameness() string {
	parts := append([]string{r.Kind, r.Title, r.Text, r.MediaID}, slices.Sorted(slices.Values(r.To))...)
	switch r.Via {
	case ViaPreview:
		parts = append(parts, string(r.Via))
	case ViaComment:
		parts = append(parts, string(r.Via), r.Article.MsgDataID, strconv.Itoa(r.Article.Idx), r.MsgID)
	}
	return fmt.Sprintf("%q", parts)
}
