package wechat

import (
	"slices"
	"time"
)

// outgoing is what an account sends: a customer-service message, or the content of a
// mass send or preview.
type outgoing struct {
	ToUser   any    `json:"touser"`
	ToWxName string `json:"towxname"`
	MsgType  string `json:"msgtype"`
	Text     struct {
		Content string `json:"content"`
	} `json:"text"`
	Image, Voice, MPNews, MPVideo mediaRef
	Images                        struct {
		MediaIDs []string `json:"media_ids"`
	} `json:"images"`
	Video struct {
		MediaID      string `json:"media_id"`
		ThumbMediaID string `json:"thumb_media_id"`
		Title        string `json:"title"`
	} `json:"video"`
	Music struct {
		Title        string `json:"title"`
		MusicURL     string `json:"musicurl"`
		ThumbMediaID string `json:"thumb_media_id"`
	} `json:"music"`
	News struct {
		Articles []struct {
			Title, Description, URL, PicURL string
		} `json:"articles"`
	} `json:"news"`
	MPNewsArticle struct {
		ArticleID string `json:"article_id"`
	} `json:"mpnewsarticle"`
	MsgMenu struct {
		Head string `json:"head_content"`
		List []struct {
			ID      flexID `json:"id"`
			Content string `json:"content"`
		} `json:"list"`
		Tail string `json:"tail_content"`
	} `json:"msgmenu"`
	Link struct {
		Title, Description, URL string
	} `json:"link"`
	WxCard struct {
		CardID string `json:"card_id"`
	} `json:"wxcard"`
	MiniProgram struct {
		Title, AppID, PagePath string
		ThumbMediaID           string `json:"thumb_media_id"`
	} `json:"miniprogrampage"`
	CustomService struct {
		KfAccount string `json:"kf_account"`
	} `json:"customservice"`
}

type mediaRef struct {
	MediaID string `json:"media_id"`
}

// customSend is POST /cgi-bin/message/custom/send.
func customSend(c *call) (any, error) {
	var in outgoing
	if err := c.read(&in); err != nil {
		return nil, err
	}
	to, _ := in.ToUser.(string)
	f := c.p.byOpenID(to)
	switch {
	case f == nil:
		return nil, refuse(40003, "invalid openid")
	case f.blocked:
		return nil, refuse(43019, "require remove blacklist")
	case !f.following && f.since.IsZero():
		return nil, refuse(43004, "require subscribe")
	}
	b, err := c.p.bubble(&in)
	if err != nil {
		return nil, err
	}
	if err := f.spend(c.now); err != nil {
		return nil, err
	}
	b.Via = ViaCustom
	c.p.arrive(b, "", f)
	c.p.keepStaff(staffMessage{f.openID, in.CustomService.KfAccount, b.Text, c.now, staffSent})
	return ok(), nil
}

// bubble checks what is to be sent and makes what the phone will show of it.
func (p *Platform) bubble(in *outgoing) (Bubble, error) {
	b := Bubble{Kind: in.MsgType}
	switch in.MsgType {
	case "text":
		b.Text = in.Text.Content
		return b, p.fits(b.Text)
	case "image":
		return p.attached(b, in.Image.MediaID)
	case "voice":
		return p.attached(b, in.Voice.MediaID)
	case "video":
		b.Title = in.Video.Title
		return p.attached(b, in.Video.MediaID)
	case "music":
		b.Title, b.URL = in.Music.Title, in.Music.MusicURL
		return p.attached(b, in.Music.ThumbMediaID)
	case "news":
		if len(in.News.Articles) != 1 {
			return b, refuse(45008, "article size out of limit")
		}
		a := in.News.Articles[0]
		b.Title, b.Text, b.URL = a.Title, a.Description, a.URL
	case "link":
		b.Title, b.Text, b.URL = in.Link.Title, in.Link.Description, in.Link.URL
	case "mpnews":
		d := p.draftOf(in.MPNews.MediaID)
		if d == nil {
			return b, refuse(40007, "invalid media_id")
		}
		b.Title, b.Text = d.articles[0].Title, d.articles[0].Content
	case "mpnewsarticle":
		i := p.issueOf(in.MPNewsArticle.ArticleID)
		if i == nil {
			return b, refuse(53600, "invalid article_id")
		}
		b.Title, b.Text, b.URL = i.articles[0].Title, i.articles[0].Digest, i.articles[0].url
	case "msgmenu":
		return p.menuBubble(in)
	case "wxcard":
		b.Text = in.WxCard.CardID
	case "miniprogrampage":
		b.Title = in.MiniProgram.Title
	default:
		return b, refuse(40008, "invalid message type")
	}
	return b, nil
}

func (p *Platform) menuBubble(in *outgoing) (Bubble, error) {
	b := Bubble{Kind: "msgmenu", Text: in.MsgMenu.Head}
	if len(in.MsgMenu.List) == 0 {
		return b, refuse(44004, "empty content")
	}
	b.Tail = in.MsgMenu.Tail
	for _, o := range in.MsgMenu.List {
		b.Options = append(b.Options, MenuOption{string(o.ID), o.Content})
	}
	return b, p.fits(b.Text + b.Tail)
}

func (p *Platform) fits(content string) error {
	switch {
	case content == "":
		return refuse(44004, "empty content")
	case len(content) > p.opts.MaxTextBytes:
		return refuse(45002, "content size out of limit")
	}
	return nil
}

func (p *Platform) attached(b Bubble, id string) (Bubble, error) {
	b.MediaID = id
	if p.live(id) == nil {
		return b, refuse(40007, "invalid media_id")
	}
	return b, nil
}

// customTyping is POST /cgi-bin/message/custom/typing.
func customTyping(c *call) (any, error) {
	var in struct {
		ToUser, Command string
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	f := c.p.byOpenID(in.ToUser)
	switch {
	case f == nil:
		return nil, refuse(40003, "invalid openid")
	case in.Command != "Typing" && in.Command != "CancelTyping":
		return nil, refuse(45072, "command field must be either Typing or CancelTyping")
	case f.grants[ByMessage] == nil || !c.now.Before(f.grants[ByMessage].until):
		return nil, refuse(45080, "need to interact with the user in the recent period")
	}
	return ok(), nil
}

// staffMessage is one line of the chat records.
type staffMessage struct {
	openID, worker, text string
	at                   time.Time
	code                 int
}

// Operation codes of the chat records.
const (
	staffSent  = 2002
	staffHeard = 2003
)

func (p *Platform) keepStaff(m staffMessage) { p.staff = append(p.staff, m) }

const recordRows = 10000

// chatRecords is POST /customservice/msgrecord/getmsglist, by which messages written by hand can
// be found. Source: doc/offiaccount/Customer_Service/Obtain_chat_transcript. Whether it lists what the
// API sends is not documented; here it does, under no worker unless one was named.
func chatRecords(c *call) (any, error) {
	var in struct {
		StartTime int64 `json:"starttime"`
		EndTime   int64 `json:"endtime"`
		MsgID     int   `json:"msgid"`
		Number    int   `json:"number"`
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	switch {
	case c.p.opts.NoServiceDesk:
		return nil, refuse(65400, "please enable new service for customer")
	case in.Number < 1 || in.Number > recordRows || in.EndTime < in.StartTime:
		return nil, refuse(65416, "invalid time range or number")
	case in.EndTime-in.StartTime > 24*60*60:
		return nil, refuse(65417, "time span out of limit")
	}
	list := []object{}
	next := in.MsgID
	for i, m := range c.p.staff {
		if at := m.at.Unix(); at >= in.StartTime && at <= in.EndTime && i+1 >= in.MsgID && len(list) < in.Number {
			list = append(list, object{"openid": m.openID, "opercode": m.code, "text": m.text, "time": at, "worker": m.worker})
			next = i + 2
		}
	}
	return object{"recordlist": list, "number": len(list), "msgid": next}, nil
}

// agents is GET /cgi-bin/customservice/getkflist.
func agents(c *call) (any, error) {
	return object{"kf_list": []object{{"kf_account": "duty@" + c.p.opts.OriginalID, "kf_nick": "值班民警", "kf_id": "1001", "kf_headimgurl": ""}}}, nil
}

// sortedBy is a copy in another order, for lists that go out newest first.
func sortedBy[T any](list []T, cmp func(a, b T) int) []T {
	out := slices.Clone(list)
	slices.SortStableFunc(out, cmp)
	return out
}
