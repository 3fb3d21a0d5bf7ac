package wechat

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// tag is a group of followers.
type tag struct {
	id   int
	name string
}

func (p *Platform) tagOf(id int) *tag {
	i := slices.IndexFunc(p.tags, func(t *tag) bool { return t.id == id })
	if i < 0 {
		return nil
	}
	return p.tags[i]
}

// userInfo is GET /cgi-bin/user/info. Names and pictures are not given any more.
func userInfo(c *call) (any, error) {
	f := c.p.byOpenID(c.query.Get("openid"))
	if f == nil {
		return nil, refuse(40003, "invalid openid")
	}
	return f.info(), nil
}

func (f *follower) info() object {
	if !f.following {
		return object{"subscribe": 0, "openid": f.openID}
	}
	return object{
		"subscribe": 1, "openid": f.openID, "language": "zh_CN", "subscribe_time": f.since.Unix(), "remark": f.remark, "groupid": 0,
		"tagid_list": append([]int{}, f.tags...), "subscribe_scene": f.source, "qr_scene": 0, "qr_scene_str": f.scene,
	}
}

const maxInfos = 100

func userInfos(c *call) (any, error) {
	var in struct {
		List []struct {
			OpenID string `json:"openid"`
		} `json:"user_list"`
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if len(in.List) == 0 || len(in.List) > maxInfos {
		return nil, refuse(40032, "invalid openid list size")
	}
	out := []object{}
	for _, x := range in.List {
		f := c.p.byOpenID(x.OpenID)
		if f == nil {
			return nil, refuse(40003, "invalid openid")
		}
		out = append(out, f.info())
	}
	return object{"user_info_list": out}, nil
}

// userGet is GET /cgi-bin/user/get: the openids of followers, a page at a time.
func userGet(c *call) (any, error) {
	return c.p.openIDs(c.query.Get("next_openid"), func(f *follower) bool { return f.following })
}

// openIDs lists openids behind one of them.
func (p *Platform) openIDs(after string, keep func(*follower) bool) (any, error) {
	if after != "" && p.byOpenID(after) == nil {
		return nil, refuse(40003, "invalid openid")
	}
	ids, total, begun := []string{}, 0, after == ""
	for _, f := range p.followers {
		if keep(f) {
			total++
			if begun && len(ids) < p.opts.UserPage {
				ids = append(ids, f.openID)
			}
		}
		begun = begun || f.openID == after
	}
	out := object{"total": total, "count": len(ids), "next_openid": ""}
	if len(ids) > 0 {
		out["data"], out["next_openid"] = object{"openid": ids}, ids[len(ids)-1]
	}
	return out, nil
}

func userRemark(c *call) (any, error) {
	var in struct{ OpenID, Remark string }
	if err := c.read(&in); err != nil {
		return nil, err
	}
	f := c.p.byOpenID(in.OpenID)
	switch {
	case f == nil:
		return nil, refuse(40003, "invalid openid")
	case utf8.RuneCountInString(in.Remark) >= 30:
		return nil, refuse(45006, "remark size out of limit")
	}
	f.remark = in.Remark
	return ok(), nil
}

// tagIn is the body of the calls about tags.
type tagIn struct {
	Tag struct {
		ID   int    `json:"id"`
		Name string `json:"name"`
	} `json:"tag"`
	TagID      int      `json:"tagid"`
	OpenID     string   `json:"openid"`
	OpenIDs    []string `json:"openid_list"`
	NextOpenID string   `json:"next_openid"`
	Begin      string   `json:"begin_openid"`
}

func (c *call) tag() (in tagIn, err error) { return in, c.read(&in) }

const (
	maxTags    = 100
	maxTagName = 30 // bytes
	firstTag   = 100
)

func tagCreate(c *call) (any, error) {
	in, err := c.tag()
	if err != nil {
		return nil, err
	}
	switch name := strings.TrimSpace(in.Tag.Name); {
	case name == "":
		return nil, refuse(-1, "system error")
	case len(name) > maxTagName:
		return nil, refuse(45158, "tag name too long")
	case slices.ContainsFunc(c.p.tags, func(t *tag) bool { return t.name == name }):
		return nil, refuse(45157, "invalid tag name")
	case len(c.p.tags) >= maxTags:
		return nil, refuse(45056, "too many tag now")
	}
	t := &tag{firstTag + len(c.p.tags), in.Tag.Name}
	c.p.tags = append(c.p.tags, t)
	return object{"tag": object{"id": t.id, "name": t.name}}, nil
}

func tagsGet(c *call) (any, error) {
	out := []object{}
	for _, t := range c.p.tags {
		n := 0
		for _, f := range c.p.followers {
			n += count(slices.Contains(f.tags, t.id))
		}
		out = append(out, object{"id": t.id, "name": t.name, "count": n})
	}
	return object{"tags": out}, nil
}

func tagUpdate(c *call) (any, error) {
	in, err := c.tag()
	if err != nil {
		return nil, err
	}
	t := c.p.tagOf(in.Tag.ID)
	if t == nil {
		return nil, refuse(45058, "can't modify sys tag")
	}
	t.name = in.Tag.Name
	return ok(), nil
}

func tagDelete(c *call) (any, error) {
	in, err := c.tag()
	if err != nil {
		return nil, err
	}
	if c.p.tagOf(in.Tag.ID) == nil {
		return nil, refuse(45058, "can't modify sys tag")
	}
	c.p.tags = slices.DeleteFunc(c.p.tags, func(t *tag) bool { return t.id == in.Tag.ID })
	for _, f := range c.p.followers {
		f.tags = slices.DeleteFunc(f.tags, func(id int) bool { return id == in.Tag.ID })
	}
	return ok(), nil
}

const (
	maxTagged   = 50
	tagsAPerson = 20
)

func tagMembers(c *call) (any, error)   { return c.retag(true) }
func untagMembers(c *call) (any, error) { return c.retag(false) }

func (c *call) retag(add bool) (any, error) {
	in, err := c.tag()
	switch {
	case err != nil:
		return nil, err
	case c.p.tagOf(in.TagID) == nil:
		return nil, refuse(45159, "invalid tag")
	case len(in.OpenIDs) == 0 || len(in.OpenIDs) > maxTagged:
		return nil, refuse(40032, "invalid openid list size")
	}
	for _, id := range in.OpenIDs {
		f := c.p.byOpenID(id)
		switch {
		case f == nil || !f.following:
			return nil, refuse(40003, "invalid openid")
		case !add:
			f.tags = slices.DeleteFunc(f.tags, func(t int) bool { return t == in.TagID })
		case slices.Contains(f.tags, in.TagID):
		case len(f.tags) >= tagsAPerson:
			return nil, refuse(45059, "can't add user to more than 20 tags")
		default:
			f.tags = append(f.tags, in.TagID)
		}
	}
	return ok(), nil
}

func tagsOfUser(c *call) (any, error) {
	in, err := c.tag()
	if err != nil {
		return nil, err
	}
	f := c.p.byOpenID(in.OpenID)
	if f == nil {
		return nil, refuse(40003, "invalid openid")
	}
	return object{"tagid_list": append([]int{}, f.tags...)}, nil
}

func usersOfTag(c *call) (any, error) {
	in, err := c.tag()
	if err != nil {
		return nil, err
	}
	return c.p.openIDs(in.NextOpenID, func(f *follower) bool { return slices.Contains(f.tags, in.TagID) })
}

func blacklist(c *call) (any, error) {
	in, err := c.tag()
	if err != nil {
		return nil, err
	}
	return c.p.openIDs(in.Begin, func(f *follower) bool { return f.blocked })
}

const maxBlocked = 20

func block(c *call) (any, error)   { return c.reblock(true) }
func unblock(c *call) (any, error) { return c.reblock(false) }

func (c *call) reblock(blocked bool) (any, error) {
	in, err := c.tag()
	switch {
	case err != nil:
		return nil, err
	case len(in.OpenIDs) == 0 || len(in.OpenIDs) > maxBlocked:
		return nil, refuse(40032, "invalid openid list size")
	}
	for _, id := range in.OpenIDs {
		f := c.p.byOpenID(id)
		if f == nil {
			return nil, refuse(40003, "invalid openid")
		}
		f.blocked = blocked
	}
	return ok(), nil
}

// qrCreate is POST /cgi-bin/qrcode/create.
func qrCreate(c *call) (any, error) {
	var in struct {
		Action string `json:"action_name"`
		Expire int    `json:"expire_seconds"`
		Info   struct {
			Scene struct {
				ID  flexID `json:"scene_id"`
				Str string `json:"scene_str"`
			} `json:"scene"`
		} `json:"action_info"`
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	scene := in.Info.Scene.Str
	if scene == "" {
		scene = string(in.Info.Scene.ID)
	}
	if scene == "" || !slices.Contains([]string{"QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"}, in.Action) {
		return nil, refuse(40053, "invalid action info")
	}
	t := c.p.ticketOf(scene)
	return object{"ticket": t, "expire_seconds": in.Expire, "url": "http://weixin.qq.com/q/" + t[:16]}, nil
}

// ticketOf is the ticket of a scene's QR code.
func (p *Platform) ticketOf(scene string) string {
	return "gQ" + p.derive(82, "ticket", scene)
}

// figures are what was counted of one article on one day.
type figures struct {
	readers, sharers, likers, lookers map[string]bool
	comments                          int
}

func (x *published) today(now time.Time) *figures {
	d := day(now)
	if x.figures[d] == nil {
		x.figures[d] = &figures{readers: map[string]bool{}, sharers: map[string]bool{}, likers: map[string]bool{}, lookers: map[string]bool{}}
	}
	return x.figures[d]
}
