package weibo

import (
	"time"

	"netpatrol/adapters"
)

const (
	checkedOn = "2026-11-25"
	wiki      = "open.weibo.com/wiki/"

	maxShort   = 140  // full widths of a shared post, and of a comment
	maxLong    = 2000 // full widths of a long post
	maxPrivate = 299  // full widths: fewer than 300
	freeCalls  = 100  // a day, for each account of an app

	// The newest wording the platform has published; older pages say otherwise.
	defaultAfterMessage = "0/48h"
	defaultAfterMention = "1/48h"
)

const day = 24 * time.Hour

// Manifest is what the adapter can do on paper.
func Manifest() adapters.Manifest {
	message, _ := window(adapters.KindMessage, defaultAfterMessage)
	mention, _ := window(adapters.KindMention, defaultAfterMention)
	return adapters.Manifest{
		Name: "weibo", Title: "微博 (Weibo)", Docs: "docs/weibo.md",
		Pushes: adapters.Pushes{What: "private messages", With: "app_secret"}, Probe: "1",
		Abilities: abilities(),
		Limits:    options{publish: publishShare, calls: freeCalls, afterMessage: message, afterMention: mention}.limits(),
		Idem: map[adapters.Channel]adapters.Idempotency{
			adapters.Public:  adapters.ByLookup, // the own timeline
			adapters.Private: adapters.NoIdem,   // no id, and listed nowhere
			adapters.InReply: adapters.NoIdem,   // our own comments are listed nowhere
		},
		Watch:   []string{mentionsSource, commentsSource, commentMentionsSource},
		Options: settings(),
		Secrets: []adapters.Setting{
			{Name: "token", Required: true, Help: "access_token by which the account authorised the app"},
			{Name: "app_secret", Help: "App Secret; it signs the fan service's callbacks, without which there are no private messages"},
		},
	}
}

func abilities() []adapters.Ability {
	return []adapters.Ability{
		{Name: "publish", Permission: "statuses/share; C/2/statuses/upload_url_text/biz (publish: longtext)", Note: "share takes 140 characters, needs a link to a safe domain and refuses #topics#; longtext needs a commercial contract"},
		{Name: "message", Permission: "粉丝服务 messages/reply", Note: "only to somebody who wrote, followed or mentioned the account, within the reply window; never to a stranger"},
		{Name: "comment", Permission: "comments/create, comments/reply"},
		{Name: "watch", Permission: "statuses/mentions, comments/to_me, comments/mentions", Note: "every look counts against the daily calls"},
		{Name: "webhook", Permission: "粉丝服务 developer mode", Note: "mentions come only with a grant of their own"},
		{Name: "find", Permission: "statuses/user_timeline", Note: "posts only; comments and private messages cannot be found again"},
		{Name: "measure", Permission: "statuses/count", Note: "comments, shares, likes"},
		{Name: "lookup", Permission: "statuses/show"},
		{Name: "media", Permission: "粉丝服务 mss/msget", Note: "pictures and voices sent in private; for how long the platform keeps them is not documented"},
		{Name: "guide", Note: "links to the page on which a person does what no program may, such as writing to a stranger"},
	}
}

func settings() []adapters.Setting {
	return []adapters.Setting{
		{Name: "uid", Required: true, Help: "number of the account, as in weibo.com/u/1234567890"},
		{Name: "rip", Required: true, Help: "public IP address netpatrol calls from"},
		{Name: "publish", Help: "share (default) or longtext (commercial)"},
		{Name: "safe_domains", Help: "domains the app's console lists as safe, separated by commas; publish share needs one, and a link to it in every post"},
		{Name: "picture", Help: "of long posts: address or pic_id of a picture"},
		{Name: "calls_per_day", Help: "calls the platform allows this account a day: 100 unless agreed otherwise; 0: it does not count them"},
		{Name: "replies_after_message", Help: "private replies after a message, follow, menu click or scan: 0/48h, which is any number within 48 hours"},
		{Name: "replies_after_mention", Help: "private replies after a mention: 1/48h"},
		{Name: "commercial_url", Help: "address of the commercial calls, if not base_url: " + commercialBase},
		{Name: "messages_url", Help: "address of the fan service's calls, if not base_url: " + messagesBase},
		{Name: "upload_url", Help: "address of the files people send, if not base_url: " + uploadBase},
	}
}

func windowSource() adapters.Provenance {
	return adapters.Provenance{Source: wiki + "Send_Customer_Service_Message (2015)", CheckedOn: checkedOn}
}

// limits are the documented ones for how the account publishes. Old documents are not
// confirmed; what they disagree on is an option.
func (o options) limits() adapters.Limits {
	of := func(page string, confirmed bool) adapters.Provenance {
		return adapters.Provenance{Source: wiki + page, CheckedOn: checkedOn, Confirmed: confirmed}
	}
	public := adapters.TextLimit{Channel: adapters.Public, Max: maxShort, Unit: adapters.FullWidths, Links: o.domains, NoTopics: true, Provenance: of("2/statuses/share", true)}
	if o.publish == publishLong {
		public = adapters.TextLimit{Channel: adapters.Public, Max: maxLong, Unit: adapters.FullWidths, Provenance: of("C/2/statuses/upload_url_text/biz", true)}
	}
	windows := []adapters.ReplyWindow{o.afterMessage, o.afterMention}
	for _, k := range []adapters.Kind{adapters.KindFollow, adapters.KindMenu, adapters.KindScan, adapters.KindOther} { // other: subscribed, say
		w := o.afterMessage
		w.Trigger = k
		windows = append(windows, w)
	}
	return adapters.Limits{
		Text: []adapters.TextLimit{
			public,
			{Channel: adapters.Private, Max: maxPrivate, Unit: adapters.FullWidths, Provenance: of("Send_Customer_Service_Message", false)},
			{Channel: adapters.InReply, Max: maxShort, Unit: adapters.FullWidths, Provenance: of("2/comments/create", true)},
		},
		Quotas:  []adapters.Quota{{Scope: adapters.ScopeAccount, Channel: adapters.Public, N: 30, Per: time.Hour, Provenance: of("接口访问频次权限", true)}},
		Windows: windows,
		Calls:   adapters.CallBudget{N: o.calls, Per: day, Spare: o.calls / 10, Provenance: of("接口访问频次权限", true)},
	}
}
