package wechat

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// mass is one mass send.
type mass struct {
	id        string
	msgDataID string // of articles
	kind      string
	status    string
	all       bool
	tag       int
	openIDs   []string
	at        time.Time
	repeated  time.Time // last refused repetition
	bubble    Bubble
	articles  []Article
	draftID   string
	waiting   bool // for the administrator
	byHand    bool
	issue     *issue
}

// States of msg_status.
const (
	massSending = "SENDING"
	massSent    = "SEND_SUCCESS"
	massFailed  = "SEND_FAIL"
	massDeleted = "DELETE"
)

const (
	massMemory  = 24 * time.Hour
	massApart   = time.Minute
	massConfirm = 30 * time.Minute
	massMonthly = 4
)

// massIn is the body of sendall and send.
type massIn struct {
	outgoing
	Filter struct {
		All flag   `json:"is_to_all"`
		Tag flexID `json:"tag_id"`
	} `json:"filter"`
	IgnoreReprint int    `json:"send_ignore_reprint"`
	ClientMsgID   string `json:"clientmsgid"`
}

// massSendAll is POST /cgi-bin/message/mass/sendall.
func massSendAll(c *call) (any, error) {
	var in massIn
	if err := c.read(&in); err != nil {
		return nil, err
	}
	m := &mass{all: bool(in.Filter.All)}
	if !m.all {
		tag, err := strconv.Atoi(string(in.Filter.Tag))
		if err != nil || c.p.tagOf(tag) == nil {
			return nil, refuse(40152, "invalid group_id")
		}
		m.tag = tag
	}
	return c.submitMass(m, &in)
}

// massSend is POST /cgi-bin/message/mass/send, to 2 to 10,000 openids.
func massSend(c *call) (any, error) {
	var in massIn
	if err := c.read(&in); err != nil {
		return nil, err
	}
	m := &mass{}
	list, _ := in.ToUser.([]any)
	for _, x := range list {
		id, _ := x.(string)
		m.openIDs = append(m.openIDs, id)
	}
	switch n := len(m.openIDs); {
	case n < 2:
		return nil, refuse(40130, "invalid openid list size, at least two openid")
	case n > 10_000:
		return nil, refuse(40003, "invalid openid")
	}
	return c.submitMass(m, &in)
}

func (c *call) submitMass(m *mass, in *massIn) (any, error) {
	if len(in.ClientMsgID) > c.p.opts.ClientMsgIDMax {
		return nil, refuse(45067, "clientmsgid length exceeds the limit")
	}
	if err := c.p.massContent(m, &in.outgoing); err != nil {
		return nil, err
	}
	key := cmp.Or(in.ClientMsgID, digest(fmt.Sprintf("%v %d %q %s", m.all, m.tag, m.openIDs, m.fingerprint())))
	if err := c.p.sentBefore(key, c.now); err != nil {
		return nil, err
	}
	if !c.p.massQuota(m, c.now) {
		return nil, refuse(45028, "has no masssend quota")
	}
	c.p.once24h[key] = m
	c.p.startMass(m)
	out := object{"errcode": 0, "errmsg": "send job submission success", "msg_id": asNumber(m.id)}
	if m.msgDataID != "" {
		out["msg_data_id"] = asNumber(m.msgDataID)
	}
	return out, nil
}

func (m *mass) fingerprint() string { return m.kind + m.draftID + m.bubble.Text + m.bubble.MediaID }

// sentBefore refuses what was taken within 24 hours: 45065 with the earlier id, and
// 45066 when it is asked for more than once a minute. When exactly the real platform
// gives which is not documented.
func (p *Platform) sentBefore(key string, now time.Time) error {
	m := p.once24h[key]
	if m == nil || now.Sub(m.at) >= massMemory {
		return nil
	}
	before := m.repeated
	m.repeated = now
	if !before.IsZero() && now.Sub(before) < massApart {
		return refuse(45066, "same clientmsgid retry too fast, please retry after 1 minute")
	}
	e := &apiError{code: 45065, text: "clientmsgid exist", more: object{"msg_id": asNumber(m.id)}}
	if m.msgDataID != "" {
		e.more["msg_data_id"] = asNumber(m.msgDataID)
	}
	return e
}

// massContent fills in what is sent.
func (p *Platform) massContent(m *mass, in *outgoing) (err error) {
	m.kind = in.MsgType
	switch in.MsgType {
	case "mpnews":
		d := p.draftOf(in.MPNews.MediaID)
		if d == nil {
			return refuse(40007, "invalid media_id")
		}
		m.articles, m.draftID = slices.Clone(d.articles), d.id
	case "images":
		if len(in.Images.MediaIDs) == 0 {
			return refuse(40007, "invalid media_id")
		}
		m.bubble, err = p.attached(Bubble{Kind: "image"}, in.Images.MediaIDs[0])
	case "mpvideo":
		m.bubble, err = p.attached(Bubble{Kind: "video"}, in.MPVideo.MediaID)
	case "text", "voice", "image", "wxcard":
		m.bubble, err = p.bubble(in)
	default:
		err = refuse(40008, "invalid message type")
	}
	return err
}

// massQuota reports whether the account may send this. A send counts unless it failed;
// those made in the console count too.
func (p *Platform) massQuota(m *mass, now time.Time) bool {
	today, toAll := 0, 0
	for _, o := range p.masses {
		if o.status == massFailed {
			continue
		}
		if day(o.at) == day(now) && (p.opts.Kind == Subscription || o.all) {
			today++
		}
		if month(o.at) == month(now) && o.all {
			toAll++
		}
	}
	if p.opts.Kind == Subscription {
		return today < 1
	}
	return !m.all || today < 1 && toAll < massMonthly
}

// startMass takes a mass send; it ends later.
func (p *Platform) startMass(m *mass) {
	p.serial++
	m.id, m.status, m.at = strconv.FormatUint(3_147_483_600+p.serial, 10), massSending, p.opts.Now()
	if m.articles != nil {
		m.msgDataID = p.newMsgDataID()
	}
	p.masses[m.id] = m
	if p.opts.MassProtection && !m.byHand {
		m.waiting = true
		p.aside(massConfirm, func() {
			if m.waiting {
				m.waiting = false
				p.endMass(m, "send fail", nil)
			}
		})
		return
	}
	p.later(p.opts.MassDelay, func() { p.runMass(m) })
}

// ConfirmMass is the administrator's word on a mass send made by the API while
// protection is on. Without it the send fails after 30 minutes.
func (p *Platform) ConfirmMass(msgID string, yes bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.masses[msgID]
	if m == nil || !m.waiting {
		return fmt.Errorf("confirm mass send %s: %w", msgID, ErrNotFound)
	}
	m.waiting = false
	if !yes {
		p.endMass(m, "send fail", nil)
		return nil
	}
	p.later(p.opts.MassDelay, func() { p.runMass(m) })
	return nil
}

// runMass checks the content and delivers it.
func (p *Platform) runMass(m *mass) {
	if m.status != massSending {
		return
	}
	checked := m.articles
	if checked == nil {
		checked = []Article{{Content: m.bubble.Text}}
	}
	if o, _ := p.objection(checked); o != nil {
		p.endMass(m, fmt.Sprintf("err(%d)", cmp.Or(o.Status, 20008)), nil)
		return
	}
	var to []*follower
	for _, f := range p.audience(m) {
		if p.opts.Kind != Service || f.masses[month(m.at)] < massMonthly {
			f.masses[month(m.at)]++
			to = append(to, f)
		}
	}
	via := ViaMass
	if m.byHand {
		via = ViaConsole
	}
	if m.articles == nil {
		m.bubble.Via = via
		p.arrive(m.bubble, m.id, to...)
	} else {
		p.dropDraft(m.draftID)
		m.issue = p.comeOut(m.articles, via, m.msgDataID, m.id, to)
		if !p.opts.ListMass {
			m.issue.id = "" // freepublish does not know it
		}
	}
	p.endMass(m, "send success", to)
}

// audience is whom a mass send is meant for.
func (p *Platform) audience(m *mass) (out []*follower) {
	for _, f := range p.followers {
		meant := m.all || m.tag != 0 && slices.Contains(f.tags, m.tag) || slices.Contains(m.openIDs, f.openID)
		if f.following && !f.blocked && meant {
			out = append(out, f)
		}
	}
	return out
}

func (p *Platform) endMass(m *mass, status string, to []*follower) {
	m.status = massFailed
	if status == "send success" {
		m.status = massSent
	}
	p.touch()
	if m.byHand && p.opts.ConsoleSilent {
		return
	}
	n := func(name string, n int) field { return number(name, strconv.Itoa(n)) }
	fields := []field{
		number("MsgID", m.id), text("Status", status), n("TotalCount", len(p.audience(m))), n("FilterCount", len(to)), n("SentCount", len(to)),
		n("ErrorCount", 0),
		group("CopyrightCheckResult", n("Count", 0), group("ResultList", []field{}...), n("CheckState", 2)),
	}
	if m.issue != nil {
		items := []field{}
		for i, a := range m.issue.articles {
			if !p.opts.NoArticleURLs {
				items = append(items, group("item", n("ArticleIdx", i+1), text("ArticleUrl", a.url)))
			}
		}
		fields = append(fields, group("ArticleUrlResult", n("Count", len(items)), group("ResultList", items...)))
	}
	p.tell("MASSSENDJOBFINISH", "", fields...)
}

// AwaitingAdmin lists the msg_id of the mass sends that an administrator must confirm.
func (p *Platform) AwaitingAdmin() (out []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, m := range p.masses {
		if m.waiting {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// massPreview is POST /cgi-bin/message/mass/preview: to one person, without quota.
func massPreview(c *call) (any, error) {
	var in outgoing
	if err := c.read(&in); err != nil {
		return nil, err
	}
	to, _ := in.ToUser.(string)
	f := c.p.byOpenID(to)
	if in.ToWxName != "" {
		f = c.p.find(in.ToWxName)
	}
	if f == nil || !f.following {
		return nil, refuse(40003, "invalid openid")
	}
	m := &mass{}
	if err := c.p.massContent(m, &in); err != nil {
		return nil, err
	}
	c.p.serial++
	id := strconv.FormatUint(3_147_483_600+c.p.serial, 10)
	if m.articles == nil {
		m.articles = []Article{{Title: m.bubble.Title, Content: m.bubble.Text}}
	}
	for _, a := range m.articles {
		c.p.arrive(Bubble{Via: ViaPreview, Kind: m.kind, Title: a.Title, Text: a.Content, MediaID: m.bubble.MediaID}, id, f)
	}
	return object{"errcode": 0, "errmsg": "preview success", "msg_id": asNumber(id)}, nil
}

// massGet is POST /cgi-bin/message/mass/get. It has no errcode when all is well.
func massGet(c *call) (any, error) {
	m, err := c.mass()
	if err != nil {
		return nil, err
	}
	return object{"msg_id": asNumber(m.id), "msg_status": m.status}, nil
}

func (c *call) mass() (*mass, error) {
	var in struct {
		ID flexID `json:"msg_id"`
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	m := c.p.masses[string(in.ID)]
	if m == nil {
		return nil, refuse(40059, "invalid msg id")
	}
	return m, nil
}

// massDelete is POST /cgi-bin/message/mass/delete: articles and video only.
func massDelete(c *call) (any, error) {
	m, err := c.mass()
	if err != nil {
		return nil, err
	}
	var in struct {
		Idx int `json:"article_idx"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return nil, refuse(47001, "data format error")
	}
	switch {
	case m.issue == nil:
		return nil, refuse(40059, "invalid msg id")
	case in.Idx < 0 || in.Idx > len(m.issue.articles):
		return nil, refuse(40114, "invalid index value")
	}
	c.p.erase(m.issue, in.Idx)
	if in.Idx == 0 {
		m.status = massDeleted
	}
	return ok(), nil
}

func massSpeed(c *call) (any, error) {
	return object{"speed": c.p.speed, "realspeed": []int{80, 60, 45, 30, 10}[c.p.speed]}, nil
}

func setMassSpeed(c *call) (any, error) {
	var in struct{ Speed int }
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if in.Speed < 0 || in.Speed > 4 {
		return nil, refuse(45083, "value range of speed must be between 0 and 4")
	}
	c.p.speed = in.Speed
	return ok(), nil
}
