package wechat

import (
	"context"
	"strconv"
	"time"

	"netpatrol/adapters"
)

var _ adapters.Surveyor = (*account)(nil)

// surveyed bounds how many articles a survey lists; the rest are counted.
const surveyed = 200

// Survey reads what the account's console has: automatic replies, menu, the number of
// followers and their tags, published articles. Who follows is not read: nothing needs it. Mass sends may not be among the articles.
func (a *account) Survey(ctx context.Context) (adapters.Survey, error) {
	s := adapters.Survey{Back: "在公众平台“设置与开发 → 基本配置 → 服务器配置”停用服务器配置，后台的自动回复和菜单随即恢复。"}
	reads := []struct {
		what string
		read func(context.Context, *adapters.Survey) error
	}{
		{"自动回复", a.surveyReplies}, {"菜单", a.surveyMenu}, {"关注人数", a.surveyFollowers}, {"标签", a.surveyTags}, {"已发表的文章", a.surveyArticles},
	}
	var last error
	for _, r := range reads {
		if err := r.read(ctx, &s); err != nil {
			last = err
			s.Gaps = append(s.Gaps, r.what+"："+err.Error())
		}
	}
	if len(s.Gaps) == len(reads) {
		return adapters.Survey{}, last
	}
	s.Stops = stops(s)
	return s, nil
}

// stops is what server mode switches off. Source: the notice under 服务器配置 in the console.
func stops(s adapters.Survey) (all []string) {
	if len(s.Replies) > 0 {
		all = append(all, "后台设置的自动回复（被关注回复、收到消息回复、关键词回复）")
	}
	if len(s.Menu) > 0 {
		all = append(all, "后台设置的自定义菜单，须由接口重新设置")
	}
	return all
}

// saying is one reply in the platform's words.
type saying struct {
	Type    string `json:"type"`
	Content string `json:"content"`
}

func (r saying) words() string {
	if r.Type == "text" || r.Type == "" {
		return r.Content
	}
	return "［" + r.Type + "］"
}

func (a *account) surveyReplies(ctx context.Context, s *adapters.Survey) error {
	var got struct {
		Follow  *saying `json:"add_friend_autoreply_info"`
		Default *saying `json:"message_default_autoreply_info"`
		Keyword struct {
			List []struct {
				Name     string   `json:"rule_name"`
				Keywords []saying `json:"keyword_list_info"`
				Replies  []saying `json:"reply_list_info"`
			} `json:"list"`
		} `json:"keyword_autoreply_info"`
	}
	if err := a.http.do(ctx, call{op: "survey", path: "/cgi-bin/get_current_autoreply_info", get: true}, &got); err != nil {
		return err
	}
	for _, one := range []struct {
		name string
		says *saying
	}{{"被关注回复", got.Follow}, {"收到消息回复", got.Default}} {
		if one.says != nil {
			s.Replies = append(s.Replies, adapters.AutoReply{Name: one.name, When: []string{}, Says: []string{one.says.words()}})
		}
	}
	for _, rule := range got.Keyword.List {
		r := adapters.AutoReply{Name: rule.Name, When: []string{}, Says: []string{}}
		for _, k := range rule.Keywords {
			r.When = append(r.When, k.words())
		}
		for _, says := range rule.Replies {
			r.Says = append(r.Says, says.words())
		}
		s.Replies = append(s.Replies, r)
	}
	return nil
}

func (a *account) surveyMenu(ctx context.Context, s *adapters.Survey) (err error) {
	s.Menu, err = a.Menu(ctx)
	return err
}

// surveyFollowers takes the number from the list of followers and looks at nobody in it.
func (a *account) surveyFollowers(ctx context.Context, s *adapters.Survey) error {
	var got struct {
		Total int `json:"total"`
	}
	err := a.http.do(ctx, call{op: "survey", path: "/cgi-bin/user/get", get: true}, &got)
	s.Followers = got.Total
	return err
}

// surveyTags reads the groups a mass send can go to. Source: service/api/usermanage/tag/api_gettags.
func (a *account) surveyTags(ctx context.Context, s *adapters.Survey) error {
	var got struct {
		Tags []struct {
			ID      int    `json:"id"`
			Name    string `json:"name"`
			Members int    `json:"count"`
		} `json:"tags"`
	}
	err := a.http.do(ctx, call{op: "survey", path: "/cgi-bin/tags/get", get: true}, &got)
	for _, t := range got.Tags {
		s.Groups = append(s.Groups, adapters.Group{ID: "tag:" + strconv.Itoa(t.ID), Name: t.Name, Members: t.Members})
	}
	return err
}

func (a *account) surveyArticles(ctx context.Context, s *adapters.Survey) error {
	for at := 0; at < surveyed; {
		var got struct {
			Total int      `json:"total_count"`
			Items []listed `json:"item"`
		}
		body := map[string]any{"offset": at, "count": pageSize, "no_content": 1}
		if err := a.http.do(ctx, call{op: "survey", path: "/cgi-bin/freepublish/batchget", body: body}, &got); err != nil {
			return err
		}
		for _, l := range got.Items {
			for _, n := range l.Content.News {
				s.Articles = append(s.Articles, adapters.Published{Ref: postRef(l.ArticleID), Title: n.Title, URL: n.URL, At: time.Unix(l.Updated, 0).UTC()})
			}
		}
		at += len(got.Items)
		s.More = max(got.Total-at, 0)
		if len(got.Items) == 0 || s.More == 0 {
			return nil
		}
	}
	return nil
}
