package wechat

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Message is something a person sends to the account. Only the fields of its kind count.
type Message struct {
	Kind string // text (default), image, voice, video, shortvideo, location, link, or any other a newer WeChat may have
	Text string // Content

	Data        []byte // of an image, voice or video; a small one is made when empty
	Recognition string // what the platform's speech recognition heard
	Latitude    float64
	Longitude   float64
	Label       string // of the place
	Title       string // of a link
	Description string
	URL         string

	FromArticle ArticleRef // written from an article's page
	menuID      string
}

// ArticleRef names one article of one issue.
type ArticleRef struct {
	MsgDataID string
	Idx       int // from 1
}

// Write sends a text from a follower and returns its MsgId. The callback is delivered
// in the background.
func (p *Platform) Write(name, text string) (msgID string, err error) {
	return p.Send(name, Message{Text: text})
}

// Send sends any message from a follower and returns its MsgId.
func (p *Platform) Send(name string, m Message) (msgID string, err error) {
	err = p.with(name, func(f *follower) error {
		msgID, err = p.send(f, m)
		return err
	})
	return msgID, err
}

func (p *Platform) send(f *follower, m Message) (string, error) {
	if !f.following {
		return "", fmt.Errorf("%s writes: %w: only followers can write", f.name, ErrNotOpen)
	}
	if m.Kind == "" {
		m.Kind = "text"
	}
	if m.Kind == "text" && strings.TrimSpace(m.Text) == "" {
		return "", fmt.Errorf("%s writes: %w", f.name, ErrEmpty)
	}
	now, id := p.opts.Now(), p.newMsgID()
	b := Bubble{At: now, Via: ViaOwn, Kind: m.Kind, Text: m.plainly(), Title: m.Title, URL: m.URL, MsgID: id}
	fields := p.inbound(&m, &b)
	if m.FromArticle.MsgDataID != "" {
		fields = append(fields, number("MsgDataId", m.FromArticle.MsgDataID), number("Idx", strconv.Itoa(m.FromArticle.Idx)))
	}
	fields = append(fields, number("MsgId", id))
	p.show(f, b)
	if m.menuID != "" {
		f.open(ByMenu, now, p.opts.Accumulate)
	} else {
		f.open(ByMessage, now, p.opts.Accumulate)
	}
	p.record(Wrote, f, id, b.Text)
	if f.withStaff {
		p.keepStaff(staffMessage{f.openID, "duty@" + p.opts.OriginalID, b.Text, now, staffHeard})
	}
	if f.blocked {
		return id, nil // the account hears nothing of those it has blocked
	}
	p.autoAnswer(f, m.Text)
	p.pushFrom(f, m.Kind, id, true, fields)
	return id, nil
}

func (m Message) plainly() string {
	switch m.Kind {
	case "text":
		return m.Text
	case "location":
		return m.Label
	case "link":
		return m.Title
	case "voice":
		return m.Recognition
	}
	return ""
}

// inbound are the elements of a message's callback, by kind.
func (p *Platform) inbound(m *Message, b *Bubble) []field {
	switch m.Kind {
	case "text":
		out := []field{text("Content", m.Text)}
		if m.menuID != "" {
			out = append(out, text("bizmsgmenuid", m.menuID))
		}
		return out
	case "image":
		x := p.upload("image", "image/jpeg", "photo.jpg", m.Data, true)
		b.MediaID = x.id
		return []field{text("PicUrl", x.url), text("MediaId", x.id)}
	case "voice":
		x := p.upload("voice", "audio/amr", "voice.amr", m.Data, true)
		b.MediaID = x.id
		out := []field{text("MediaId", x.id), text("Format", "amr")}
		if m.Recognition != "" {
			out = append(out, text("Recognition", m.Recognition))
		}
		return out
	case "video", "shortvideo":
		x, thumb := p.upload("video", "video/mp4", "video.mp4", m.Data, true), p.upload("thumb", "image/jpeg", "thumb.jpg", nil, true)
		b.MediaID = x.id
		return []field{text("MediaId", x.id), text("ThumbMediaId", thumb.id)}
	case "location":
		return []field{
			number("Location_X", degrees(m.Latitude)), number("Location_Y", degrees(m.Longitude)), number("Scale", "15"), text("Label", m.Label),
		}
	case "link":
		return []field{text("Title", m.Title), text("Description", m.Description), text("Url", m.URL)}
	}
	return []field{text("Content", m.Text)}
}

func degrees(x float64) string { return strconv.FormatFloat(x, 'f', 6, 64) }

// ChooseOption presses an option of the last message menu on the phone. It counts as a
// click on the menu, not as a message.
func (p *Platform) ChooseOption(name, id string) (msgID string, err error) {
	err = p.with(name, func(f *follower) error {
		for i := len(f.phone) - 1; i >= 0; i-- {
			for _, o := range f.phone[i].Options {
				if o.ID == id {
					msgID, err = p.send(f, Message{Text: o.Content, menuID: o.ID})
					return err
				}
			}
		}
		return fmt.Errorf("%s presses option %q: %w", name, id, ErrNotFound)
	})
	return msgID, err
}

// Follow makes a person follow the account.
func (p *Platform) Follow(name string) error {
	return p.with(name, func(f *follower) error { p.follow(f, "", ""); return nil })
}

func (p *Platform) follow(f *follower, scene, ticket string) {
	if f.following {
		return
	}
	now := p.opts.Now()
	f.following, f.since, f.source, f.scene = true, now, "ADD_SCENE_SEARCH", scene
	f.open(ByFollow, now, p.opts.Accumulate)
	p.record(Followed, f, "", scene)
	if scene == "" {
		p.event(f, "subscribe", text("EventKey", ""))
	} else {
		f.source = "ADD_SCENE_QR_CODE"
		p.event(f, "subscribe", text("EventKey", "qrscene_"+scene), text("Ticket", ticket))
	}
	if p.opts.CallbackURL == "" && p.autoReply.OnFollow != "" {
		p.show(f, Bubble{Via: ViaAuto, Text: p.autoReply.OnFollow})
	}
}

// Unfollow makes a person stop following. The account must then delete what it knows
// of them, and every budget and consent ends.
func (p *Platform) Unfollow(name string) error {
	return p.with(name, func(f *follower) error {
		if !f.following {
			return nil
		}
		f.following, f.withStaff, f.tags = false, false, nil
		clear(f.grants)
		clear(f.consents)
		p.record(Unfollowed, f, "", "")
		p.event(f, "unsubscribe", text("EventKey", ""))
		return nil
	})
}

// Scan scans a QR code of the account: an event for followers, a follow for others.
func (p *Platform) Scan(name, scene string) error {
	return p.with(name, func(f *follower) error {
		ticket := p.ticketOf(scene)
		if !f.following {
			p.follow(f, scene, ticket)
			return nil
		}
		f.open(ByScan, p.opts.Now(), p.opts.Accumulate)
		p.record(Scanned, f, "", scene)
		p.event(f, "SCAN", text("EventKey", scene), text("Ticket", ticket))
		return nil
	})
}

// Click presses a menu button that has a key.
func (p *Platform) Click(name, key string) error {
	return p.asFollower(name, func(f *follower) {
		f.open(ByMenu, p.opts.Now(), p.opts.Accumulate)
		p.record(Clicked, f, "", key)
		p.event(f, "CLICK", text("EventKey", key))
	})
}

// View presses a menu button that leads to an address. It opens no budget.
func (p *Platform) View(name, url string) error {
	return p.asFollower(name, func(f *follower) {
		p.record(Clicked, f, "", url)
		p.event(f, "VIEW", text("EventKey", url), text("MenuId", p.derive(9, "menu", url)))
	})
}

// Locate reports where the follower is, as the app does when the chat is opened and the
// follower has agreed to it.
func (p *Platform) Locate(name string, latitude, longitude float64) error {
	return p.asFollower(name, func(f *follower) {
		p.event(f, "LOCATION", number("Latitude", degrees(latitude)), number("Longitude", degrees(longitude)), number("Precision", "40.000000"))
	})
}

// Happen pushes any event of a follower, for kinds that a newer platform may have.
// Pairs are element names and texts.
func (p *Platform) Happen(name, event string, pairs ...string) error {
	return p.asFollower(name, func(f *follower) {
		var fields []field
		for i := 0; i+1 < len(pairs); i += 2 {
			fields = append(fields, text(pairs[i], pairs[i+1]))
		}
		p.event(f, event, fields...)
	})
}

// Consent answers the question whether the account may send one subscription message
// of a template.
func (p *Platform) Consent(name, template string, accept bool) error {
	return p.asFollower(name, func(f *follower) {
		status := "reject"
		if accept {
			status = "accept"
			f.consents[template]++
			delete(f.refused, template)
		} else {
			f.refused[template] = true
		}
		p.record(Consented, f, "", template+" "+status)
		p.event(f, "subscribe_msg_popup_event", group("SubscribeMsgPopupEvent", group("List",
			text("TemplateId", template), text("SubscribeStatusString", status), number("PopupScene", "1"))))
	})
}

func (p *Platform) asFollower(name string, deed func(*follower)) error {
	return p.with(name, func(f *follower) error {
		if !f.following {
			return fmt.Errorf("%s: %w: follow the account first", name, ErrNotOpen)
		}
		deed(f)
		return nil
	})
}

// event pushes an event of a person. Blocked followers are silent, but for leaving.
func (p *Platform) event(f *follower, name string, fields ...field) {
	if f.blocked && name != "unsubscribe" {
		return
	}
	heard := name == "subscribe" || name == "CLICK" || name == "SCAN"
	p.pushFrom(f, "event:"+name, "", heard, append([]field{text("Event", name)}, fields...))
}

// pushFrom pushes something of a person's.
func (p *Platform) pushFrom(f *follower, kind, msgID string, heard bool, fields []field) {
	if p.opts.CallbackURL == "" {
		return
	}
	p.counts.Pushes++
	x := &push{
		Push:     Push{ID: len(p.pushes) + 1, Who: f.name, OpenID: f.openID, Kind: kind, MsgID: msgID, At: p.opts.Now()},
		follower: f, heard: heard, fields: p.envelope(f.openID, kind, fields),
	}
	p.pushes = append(p.pushes, x)
	p.begin(func() { p.deliver(x) })
}

// tell pushes an event that is nobody's, such as the end of a mass send.
func (p *Platform) tell(event, openID string, fields ...field) {
	if openID == "" {
		openID = "o" + p.derive(27, "nobody")
	}
	if p.opts.CallbackURL == "" {
		return
	}
	p.counts.Pushes++
	kind := "event:" + event
	x := &push{
		Push:   Push{ID: len(p.pushes) + 1, OpenID: openID, Kind: kind, At: p.opts.Now()},
		fields: p.envelope(openID, kind, append([]field{text("Event", event)}, fields...)),
	}
	p.pushes = append(p.pushes, x)
	p.begin(func() { p.deliver(x) })
}

// envelope puts the elements in front that every callback has.
func (p *Platform) envelope(openID, kind string, fields []field) []field {
	if strings.HasPrefix(kind, "event:") {
		kind = "event"
	}
	return append([]field{
		text("ToUserName", p.opts.OriginalID), text("FromUserName", openID),
		number("CreateTime", strconv.FormatInt(p.opts.Now().Unix(), 10)), text("MsgType", kind),
	}, fields...)
}

// ActionKind is what somebody did.
type ActionKind string

// The kinds of actions.
const (
	Wrote       ActionKind = "write"
	Followed    ActionKind = "follow"
	Unfollowed  ActionKind = "unfollow"
	Scanned     ActionKind = "scan"
	Clicked     ActionKind = "click"
	Consented   ActionKind = "consent"
	Commented   ActionKind = "comment"
	Read        ActionKind = "read"
	Shared      ActionKind = "share"
	StaffWrote  ActionKind = "staff-write"  // in the console
	StaffDrafts ActionKind = "staff-draft"  // in the console
	StaffIssues ActionKind = "staff-issue"  // in the console
	StaffErases ActionKind = "staff-delete" // in the console
)

// Action is one deed of a follower or of the account's staff.
type Action struct {
	Kind  ActionKind
	Who   string // empty: staff
	MsgID string
	Text  string // what was written, or the key
	At    time.Time
}

func (p *Platform) record(kind ActionKind, f *follower, msgID, text string) {
	a := Action{Kind: kind, MsgID: msgID, Text: text, At: p.opts.Now()}
	if f != nil {
		a.Who = f.name
	}
	p.actions = append(p.actions, a)
	p.touch()
}
