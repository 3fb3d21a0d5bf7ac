package app

import (
	"context"
	"net/url"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/config"
	"netpatrol/internal/sandbox"
	"netpatrol/internal/sandbox/discourse"
	"netpatrol/internal/sandbox/forum"
)

const (
	demoForumKey    = "0000000000000000000000000000000000000000000000000000000000000002"
	demoForumSecret = "0000000000000000000000000000000000000000000000000000000000000003"
)

// discourseVenue is a forumVenue that also calls netpatrol's front door.
type discourseVenue struct {
	*forumVenue
	site *discourse.Forum
}

// newDiscourseVenue makes a pretend Discourse on which the agency is an ordinary user: its
// topics wait for review, and the answers to the first posts are cut short.
func newDiscourseVenue(door string) (*discourseVenue, error) {
	l, err := listen()
	if err != nil {
		return nil, err
	}
	const id = "discourse-luntan"
	site := discourse.New(discourse.Options{
		Key: demoForumKey, Handle: "yecheng", Name: demoName, ReviewAfter: 300 * time.Millisecond, Requests: -1, TopicPause: -1,
		Callback: "http://" + door + "/callback/" + url.PathEscape(id), Secret: demoForumSecret, Minute: 300 * time.Millisecond,
	})
	site.Put(forum.Fault{Kind: forum.HalfJSON, On: "POST /posts.json", Times: 2})
	v := &forumVenue{listener: l, site: site, board: site, book: &site.Ledger, title: "a member of a forum (Discourse)", scenes: []forumScene{
		{450 * time.Millisecond, "老云", "", "被骗了，刚转了1万给一个说能代办社保的人，怎么办", sandbox.Victim},
		{800 * time.Millisecond, "椰林散步", "随手拍", "早上的骑楼很安静，适合散步", sandbox.Ordinary},
		{1100 * time.Millisecond, "符嫂", "求助大家", "有人打电话说我医保卡停用了@" + demoName + "这是不是骗局？", sandbox.Asker},
		{1500 * time.Millisecond, "财神到家", "兼职", "在家做任务，刷单返利秒结，先垫付后返本金加佣金，想做的加我QQ 88123456", sandbox.Scammer},
		{1900 * time.Millisecond, "海边传声", "快转发", "听说第九十九小学门口有人抢孩子，已经抢走两个了，家长们快转发！", sandbox.RumourAuthor},
	}}
	v.conf = config.Account{
		ID: id, Platform: "discourse", BaseURL: l.base(), Names: []string{demoName, "yecheng"}, Language: "zh-Hans",
		Watch: []string{"posts", "messages"}, Poll: 300 * time.Millisecond,
		Options: map[string]string{"username": "yecheng", "category": "5"},
		Secrets: map[string]adapters.Secret{"api_key": demoForumKey, "webhook_secret": demoForumSecret},
	}
	v.seat(site.AddPerson)
	return &discourseVenue{v, site}, nil
}

func (v *discourseVenue) serve(ctx context.Context) error {
	defer v.site.Close()
	return v.forumVenue.serve(ctx)
}

var _ venue = (*discourseVenue)(nil)
