package wechat

import (
	"time"

	"netpatrol/adapters"
)

const (
	checkedOn = "2026-11-25"
	zone      = "Asia/Shanghai"
	docs      = "developers.weixin.qq.com/doc/"

	maxTitle   = 32     // characters; older tools say 64, the smaller holds
	maxAuthor  = 16     // characters
	maxContent = 19_999 // characters of HTML
	maxBytes   = 1<<20 - 1
)

// Manifest is what the adapter can do on paper.
func Manifest() adapters.Manifest {
	return adapters.Manifest{
		Name: "wechat", Title: "微信公众号 (WeChat Official Account)", Docs: "docs/wechat.md",
		Pushes: adapters.Pushes{What: "messages, follows and what became of bulletins"}, Probe: "netpatrol-doctor",
		ForgetLeavers: true, // the platform demands that the data of whoever unfollows is deleted
		Watch:         sources(),
		Abilities:     abilities(),
		Limits:        options{kind: kindSubscription, publish: publishAPI}.limits(), // the narrowest
		Idem: map[adapters.Channel]adapters.Idempotency{
			adapters.Preview: adapters.NoIdem,   // nobody but a colleague gets it
			adapters.Public:  adapters.Keyed,    // clientmsgid; a draft is looked for before it is filed again
			adapters.Private: adapters.NoIdem,   // custom/send gives no id and lists nothing
			adapters.InReply: adapters.ByLookup, // a comment shows its one reply
		},
		Options: settings(),
		Secrets: []adapters.Setting{
			{Name: "appsecret", Required: true, Help: "AppSecret of the account (基本配置)"},
			{Name: "token", Required: true, Help: "Token of the server settings (服务器配置); signs callbacks"},
			{Name: "aes_key", Required: true, Unless: "mode=plain", Help: "EncodingAESKey of the server settings, 43 characters"},
			{Name: "aes_key_previous", Help: "the EncodingAESKey before the last change, while callbacks under it may still arrive"},
		},
	}
}

func abilities() []adapters.Ability {
	return []adapters.Ability{
		{Name: "publish", Permission: "草稿箱、素材管理；群发接口 (publish: api)", Note: "draft-only files the approved article as a draft and a person sends it; mass sends by API need a verified account"},
		{Name: "message", Permission: "客服接口", Note: "only within the reply window that a person opens; verified accounts"},
		{Name: "comment", Permission: "留言管理", Note: "verified accounts; one reply for each comment"},
		{Name: "watch", Permission: "留言管理；客服接口 (获取聊天记录)", Note: "comments of own articles, and what the console's staff wrote; the platform has no mentions"},
		{Name: "media", Permission: "素材管理", Note: "pictures, voices and videos that people send, within three days"},
		{Name: "webhook", Permission: "消息与事件推送 (服务器配置)"},
		{Name: "find", Permission: "草稿箱、发布能力、留言管理", Note: "drafts and comment replies; a private message cannot be found again"},
		{Name: "retract", Permission: "群发接口、发布能力、草稿箱"},
		{Name: "menu", Permission: "自定义菜单", Note: "verified accounts"},
		{Name: "notice", Permission: "订阅通知、模板消息", Note: "with option notify_subscription or notify_template; template messages are granted to verified service accounts"},
		{Name: "yield", Permission: "消息与事件推送 (服务器配置)", Note: "to the console's customer service, while the account observes"},
		{Name: "survey", Permission: "自动回复、自定义菜单、用户管理、发布能力"},
		{Name: "measure", Permission: "数据统计接口", Note: "ready the next morning; comments at once"},
		{Name: "preview", Permission: "群发接口", Note: "to one person, by openid or by wxname: and their WeChat name"},
		{Name: "drafts", Permission: "草稿箱", Note: "those made in the console"},
	}
}

func settings() []adapters.Setting {
	return []adapters.Setting{
		{Name: "appid", Required: true, Help: "AppID, beginning with wx"},
		{Name: "kind", Required: true, Help: "service (服务号) or subscription (公众号)"},
		{Name: "mode", Help: "of callbacks: safe (default; 安全模式), compatible (兼容模式) or plain (明文模式)"},
		{Name: "publish", Help: "draft-only (default; a person sends), api (mass send by API) or quiet (published by API, followers are not notified)"},
		{Name: "audience", Help: "of publish api: all, or tag: and the number of a tag"},
		{Name: "author", Help: "of articles, at most 16 characters: the unit's short name"},
		{Name: "cover_media_id", Help: "media_id of a permanent picture for covers; left out: a plain blue one is made and uploaded once"},
		{Name: "comments", Help: "on articles: on (default) or off"},
		{Name: "articles", Help: "further articles whose comments are read: msg_data_id or msg_data_id:index, separated by commas"},
		{Name: "console_staff", Help: "while the account observes, messages are left to the console's customer service: on (default) or off"},
		{Name: "notify_subscription", Help: "templates of subscription messages by purpose (reply, receipt, notice, officer, or any), for news outside the reply window: any:ID:thing1=news:character_string2=code"},
		{Name: "notify_template", Help: "the same for template messages"},
		{Name: "principal", Help: "full name of the agency the account must be verified for; left out: the unit's. Another name holds sends"},
		{Name: "username", Help: "original id of the account, beginning with gh_"},
		{Name: "replies_after_message", Help: "how many customer-service messages may follow a person's message: 5/48h"},
		{Name: "replies_after_event", Help: "and a menu click, follow or scan: 3/1m"},
	}
}

func windowSource() adapters.Provenance {
	return adapters.Provenance{Source: docs + "subscription/guide/product/kf/intro", CheckedOn: checkedOn, Confirmed: true}
}

// limits are the documented ones of the account's kind. Whatever the platform changes
// without notice (reply windows) can be set in the options.
func (o options) limits() adapters.Limits {
	l := adapters.Limits{
		Text: []adapters.TextLimit{
			{Channel: adapters.Public, Max: maxContent, Unit: adapters.Runes, Provenance: adapters.Provenance{Source: docs + "service/api/draftbox/draftmanage/api_draft_add", CheckedOn: checkedOn, Confirmed: true}},
			{Channel: adapters.Private, Max: maxPassive, Unit: adapters.Bytes, Provenance: adapters.Provenance{Source: "measured by many, not documented", CheckedOn: checkedOn}},
		},
		Windows: []adapters.ReplyWindow{o.afterMessage, o.afterEvent, o.afterEvent, o.afterEvent},
		Choices: 9, // numbered lines with one digit; the platform's own bound is not documented
	}
	if o.afterMessage.N == 0 {
		l.Windows[0], _ = window(adapters.KindMessage, "5/48h")
		l.Windows[1], _ = window(adapters.KindFollow, "3/1m")
		l.Windows[2], l.Windows[3] = l.Windows[1], l.Windows[1]
	}
	l.Windows[2].Trigger, l.Windows[3].Trigger = adapters.KindMenu, adapters.KindScan
	l.Pictures, l.Quotas = pictureLimit(), o.quotas()
	return l
}

// quotas are those of mass sends, which a person's count for as the API's do, and of
// previews. Publishing without notifying anybody has none. Source: Batch_Sends, mass/preview.
func (o options) quotas() []adapters.Quota {
	mass := adapters.Provenance{Source: docs + "subscription/guide/product/message/Batch_Sends", CheckedOn: checkedOn, Confirmed: true}
	preview := adapters.Provenance{Source: "documents of an SDK, of towxname", CheckedOn: checkedOn}
	const day = 24 * time.Hour
	out := []adapters.Quota{{Scope: adapters.ScopeAccount, Channel: adapters.Preview, N: 100, Per: day, Zone: zone, Provenance: preview}}
	daily := adapters.Quota{Scope: adapters.ScopeAccount, Channel: adapters.Public, N: 1, Per: day, Zone: zone, Pushes: true, Advisory: o.publish == publishDraft, Provenance: mass}
	switch {
	case o.publish == publishQuiet:
		return out
	case o.kind == kindService:
		daily.Source = docs + "service/guide/product/message/Batch_Sends"
		monthly := daily
		monthly.N, monthly.Per, monthly.Monthly = 4, 30*day, true
		out = append(out, monthly)
		if o.audience != "all" && o.publish == publishAPI { // a tag may be sent to more often than once a day
			return out
		}
	}
	return append(out, daily)
}
