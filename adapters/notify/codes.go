package notify

import "netpatrol/adapters"

// meaning is what a code says of a message that did not arrive. A code that is in no table leaves the
// outcome unknown.
type meaning struct {
	class adapters.Class
	scope adapters.Scope
	mend  string
}

var (
	tooFast  = meaning{adapters.RateLimited, adapters.ScopeAccount, ""}
	badKey   = meaning{adapters.AuthExpired, adapters.ScopeAccount, "; take the robot's address anew from the group's settings"}
	checked  = meaning{adapters.AuthExpired, adapters.ScopeAccount, "; compare the robot's security settings: the secret, the keyword, the addresses, and this machine's clock"}
	stopped  = meaning{adapters.AccountBlocked, adapters.ScopeAccount, "; the robot was switched off or its group dissolved"}
	badText  = meaning{adapters.Rejected, adapters.ScopeItem, ""}
	noClient = meaning{adapters.Unsupported, adapters.ScopeAccount, ""}
)

// Source: developer.work.weixin.qq.com/document/path/90313.
var wecomCodes = map[string]meaning{
	"45009": tooFast, "45033": tooFast,
	"93000": badKey,
	"93004": stopped, "93008": stopped,
	"40008": badText, "40058": badText, "44004": badText, "45002": badText,
}

// Source: open.dingtalk.com, 自定义机器人接入, 错误码.
var dingtalkCodes = map[string]meaning{
	"130101": tooFast, "410100": tooFast,
	"400101": badKey, "400106": badKey, "300001": badKey, "300005": badKey,
	"310000": checked,
	"400013": stopped, "400102": stopped,
	"40035": badText, "430101": badText, "430102": badText, "430104": badText,
	"400105": noClient, "43004": noClient,
}

// Source: open.feishu.cn, 自定义机器人使用指南, 错误码.
var feishuCodes = map[string]meaning{
	"11232": tooFast, "99991400": tooFast,
	"19001": badKey,
	"19021": checked, "19022": checked, "19024": checked,
	"9499": badText, "19002": badText,
}
