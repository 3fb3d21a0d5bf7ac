package notify

import (
	"time"

	"netpatrol/adapters"
)

// The kinds.
const (
	kindWecom    = "wecom"
	kindDingtalk = "dingtalk"
	kindFeishu   = "feishu"
	kindMail     = "mail"
)

const checkedOn = "2026-11-26"

// limitsOf is what each kind takes.
var limitsOf = map[string]adapters.Limits{
	kindWecom:    limits(2048, "developer.work.weixin.qq.com/document/path/91770", true, adapters.Quota{N: 20, Per: time.Minute}),
	kindDingtalk: limits(18_000, "open.dingtalk.com, 自定义机器人接入; over 20 a minute it is silent for ten minutes", true, adapters.Quota{N: 20, Per: time.Minute}),
	kindFeishu: limits(18_000, "open.feishu.cn, 自定义机器人使用指南; a request holds at most 20 KB", true,
		adapters.Quota{N: 100, Per: time.Minute}, adapters.Quota{N: 5, Per: time.Second}),
	kindMail: limits(100_000, "our own bound: no mail server refuses so little", false),
}

func limits(bytes int, source string, confirmed bool, quotas ...adapters.Quota) adapters.Limits {
	from := adapters.Provenance{Source: source, CheckedOn: checkedOn, Confirmed: confirmed}
	l := adapters.Limits{Text: []adapters.TextLimit{{Channel: adapters.Private, Max: bytes, Unit: adapters.Bytes, Provenance: from}}}
	for _, q := range quotas {
		q.Scope, q.Channel, q.Provenance = adapters.ScopeAccount, adapters.Private, from
		l.Quotas = append(l.Quotas, q)
	}
	return l
}

// manifest shows the tightest limits, those of a WeCom group.
func manifest() adapters.Manifest {
	return adapters.Manifest{
		Name: "notify", Title: "Officers' groups (企业微信, 钉钉, 飞书) and e-mail", Docs: "docs/notify.md", Internal: true,
		Abilities: []adapters.Ability{{Name: "message", Permission: "a robot in the group, or a mailbox", Note: "alarms to officers, and nothing else"}},
		Limits:    limitsOf[kindWecom],
		Idem:      map[adapters.Channel]adapters.Idempotency{adapters.Private: adapters.NoIdem},
		Options: []adapters.Setting{
			{Name: "kind", Required: true, Help: "wecom, dingtalk, feishu or mail"},
			{Name: "server", Help: "mail: name and port of the mail server, such as mail.example.gov.cn:587"},
			{Name: "tls", Help: "mail: starttls (default), or tls from the first byte, as on port 465"},
			{Name: "from", Help: "mail: the address it is sent from"},
			{Name: "user", Help: "mail: who signs in; empty: nobody has to"},
		},
		Secrets: []adapters.Setting{
			{Name: "key", Help: "groups: what follows key= (wecom), access_token= (dingtalk) or hook/ (feishu) in the robot's address"},
			{Name: "sign", Help: "dingtalk, feishu: the secret of 加签 or 签名校验, if it is switched on"},
			{Name: "password", Help: "mail: of the user"},
		},
	}
}
