package app

import (
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/config"
	"netpatrol/internal/sandbox"
	"netpatrol/internal/sandbox/forum"
	"netpatrol/internal/sandbox/nodebb"
)

const demoForumToken = "00000000-0000-4000-8000-000000000001"

// newNodeBBVenue makes a pretend NodeBB on which the agency is an ordinary user: its topics
// wait for a moderator, and the answer to the first one is lost.
func newNodeBBVenue() (*forumVenue, error) {
	l, err := listen()
	if err != nil {
		return nil, err
	}
	site := nodebb.New(nodebb.Options{
		Token: demoForumToken, Handle: "yecheng", Name: demoName, ReviewAfter: 300 * time.Millisecond, PostDelay: -1,
	})
	site.Put(forum.Fault{Kind: forum.Gateway, On: "POST /api/v3/topics"})
	v := &forumVenue{listener: l, site: site, board: site, book: &site.Ledger, title: "a member of a forum (NodeBB)", scenes: []forumScene{
		{350 * time.Millisecond, "阿芳", "", "我被骗了，刚给一个自称老乡的人转了6000，怎么办", sandbox.Victim},
		{700 * time.Millisecond, "海角闲人", "今天的海", "今天退潮，沙滩上全是小螃蟹", sandbox.Ordinary},
		{1000 * time.Millisecond, "小符同学", "这是真的吗", "请问@" + demoName + "这个说我中奖要先交税的短信是不是骗局？", sandbox.Asker},
		{1300 * time.Millisecond, "日进斗金", "招人", "刷单返利日结，一单30，一天稳赚300，先垫付后返现，加我私聊", sandbox.Scammer},
		{1700 * time.Millisecond, "椰岛快讯", "家长注意", "听说第九十九小学门口有人抢孩子，已经抢走两个了，家长们快转发！", sandbox.RumourAuthor},
	}}
	v.conf = config.Account{
		ID: "nodebb-luntan", Platform: "nodebb", BaseURL: l.base(), Names: []string{demoName, "yecheng"}, Language: "zh-Hans",
		Watch: []string{"posts", "messages"}, Poll: 300 * time.Millisecond,
		Options: map[string]string{"category": "5"}, Secrets: map[string]adapters.Secret{"token": demoForumToken},
	}
	v.seat(site.AddPerson)
	return v, nil
}

var _ venue = (*forumVenue)(nil)
