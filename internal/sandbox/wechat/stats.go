package wechat

import (
	"fmt"
	"strconv"
	"time"
)

// ReadArticle opens an article; it counts one reader a day.
func (p *Platform) ReadArticle(name string, a ArticleRef) error {
	return p.touchArticle(name, a, Read, func(x *figures, id string) { x.readers[id] = true })
}

// ShareArticle passes an article on.
func (p *Platform) ShareArticle(name string, a ArticleRef) error {
	return p.touchArticle(name, a, Shared, func(x *figures, id string) { x.sharers[id] = true })
}

// LikeArticle presses 赞 and 在看.
func (p *Platform) LikeArticle(name string, a ArticleRef) error {
	return p.touchArticle(name, a, Read, func(x *figures, id string) { x.likers[id], x.lookers[id], x.readers[id] = true, true, true })
}

func (p *Platform) touchArticle(name string, a ArticleRef, kind ActionKind, deed func(*figures, string)) error {
	return p.with(name, func(f *follower) error {
		x := p.articleBy(a)
		if x == nil || x.deleted {
			return fmt.Errorf("%s opens article %s_%d: %w", name, a.MsgDataID, a.Idx, ErrNotFound)
		}
		deed(x.today(p.opts.Now()), f.openID)
		p.record(kind, f, a.MsgDataID, x.Title)
		return nil
	})
}

// span reads the dates of a statistics call: one day a call, at the latest yesterday.
// How many days the current calls take is not documented, nor which of 61500 and 61501
// they give for what.
func (c *call) span() (string, error) {
	var in struct {
		Begin string `json:"begin_date"`
		End   string `json:"end_date"`
	}
	if err := c.read(&in); err != nil {
		return "", err
	}
	begin, err := time.ParseInLocation(time.DateOnly, in.Begin, beijing())
	if err != nil {
		return "", refuse(61500, "date format error")
	}
	end, err := time.ParseInLocation(time.DateOnly, in.End, beijing())
	if err != nil {
		return "", refuse(61500, "date format error")
	}
	if !begin.Equal(end) || in.End >= day(c.now) {
		return "", refuse(61501, "date range error")
	}
	return in.Begin, nil
}

// eachRow makes rows of the articles that have figures on a day.
func (c *call) eachRow(d string, row func(i *issue, msgID string, x *published, f *figures) object) []object {
	list := []object{}
	for _, i := range c.p.issues {
		for n, x := range i.articles {
			if f := x.figures[d]; f != nil {
				list = append(list, row(i, i.msgDataID+"_"+strconv.Itoa(n+1), x, f))
			}
		}
	}
	return list
}

// articleRead is POST /datacube/getarticleread.
func articleRead(c *call) (any, error) {
	d, err := c.span()
	if err != nil {
		return nil, err
	}
	list := c.eachRow(d, func(_ *issue, id string, x *published, f *figures) object {
		return object{"ref_date": d, "msgid": id, "title": x.Title, "detail": object{
			"read_user": len(f.readers), "read_user_source": []object{{"user_count": len(f.readers), "scene_desc": "全部"}},
		}}
	})
	return object{"list": list, "is_delay": false}, nil
}

// articleShare is POST /datacube/getarticleshare; its fields are unconfirmed.
func articleShare(c *call) (any, error) {
	d, err := c.span()
	if err != nil {
		return nil, err
	}
	list := c.eachRow(d, func(_ *issue, id string, _ *published, f *figures) object {
		return object{"ref_date": d, "msgid": id, "detail": object{"share_user": len(f.sharers)}}
	})
	return object{"list": list, "is_delay": false}, nil
}

const detailDays = 30

// articleTotal is POST /datacube/getarticletotaldetail: articles that came out on a
// day, with each of the thirty days since.
func articleTotal(c *call) (any, error) {
	d, err := c.span()
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, i := range c.p.issues {
		if day(i.at) != d {
			continue
		}
		for n, x := range i.articles {
			list = append(list, object{
				"ref_date": d, "msgid": i.msgDataID + "_" + strconv.Itoa(n+1), "title": x.Title, "publish_type": count(len(i.to) == 0),
				"detail_list": x.days(i.at, c.now),
			})
		}
	}
	return object{"list": list, "is_delay": false}, nil
}

func (x *published) days(from, now time.Time) []object {
	out := []object{}
	for n := range detailDays {
		d := day(from.AddDate(0, 0, n))
		if d >= day(now) {
			break
		}
		row := object{"stat_date": d, "read_user": 0, "share_user": 0, "zaikan_user": 0, "like_user": 0, "comment_count": 0}
		if f := x.figures[d]; f != nil {
			f.fill(row)
		}
		out = append(out, row)
	}
	return out
}

func (f *figures) fill(row object) {
	row["read_user"], row["share_user"], row["comment_count"] = len(f.readers), len(f.sharers), f.comments
	row["zaikan_user"], row["like_user"] = len(f.lookers), len(f.likers)
}

// bizSummary is POST /datacube/getbizsummary: the whole account in a day. A person who
// read two articles counts twice here.
func bizSummary(c *call) (any, error) {
	d, err := c.span()
	if err != nil {
		return nil, err
	}
	sum := object{"ref_date": d, "read_user": 0, "share_user": 0, "zaikan_user": 0, "like_user": 0, "comment_count": 0, "collection_user": 0}
	c.eachRow(d, func(_ *issue, _ string, _ *published, f *figures) object {
		row := object{}
		f.fill(row)
		for k, v := range row {
			sum[k] = sum[k].(int) + v.(int)
		}
		return row
	})
	return object{"list": []object{sum}, "is_delay": false}, nil
}

// discontinued answers the old statistics calls. Their documents say only that they
// are discontinued; the code is unconfirmed.
func discontinued(*call) (any, error) { return nil, refuse(48001, "api unauthorized") }
