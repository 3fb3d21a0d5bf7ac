package wechat

import (
	"net/http"
	"strings"
	"time"
)

// usage counts the calls of one path in one day and one minute.
type usage struct {
	day, minute     string
	inDay, inMinute int
}

// dailyLimits are calls a day. The figure of /cgi-bin/token is documented; the others
// are those of the platform's older table and unconfirmed.
func dailyLimits() map[string]int {
	return map[string]int{
		"/cgi-bin/token":                 2000,
		"/cgi-bin/stable_token":          500_000,
		"/cgi-bin/message/custom/send":   500_000,
		"/cgi-bin/message/mass/sendall":  100,
		"/cgi-bin/message/mass/send":     100,
		"/cgi-bin/message/mass/preview":  100,
		"/cgi-bin/message/template/send": 100_000,
		"/cgi-bin/media/upload":          100_000,
		"/cgi-bin/media/get":             200_000,
		"/cgi-bin/menu/create":           1000,
		"/cgi-bin/user/get":              500,
		"/cgi-bin/user/info":             5_000_000,
	}
}

func minuteLimits() map[string]int {
	return map[string]int{
		"/cgi-bin/stable_token":         10_000,
		"/cgi-bin/message/mass/sendall": 60,
		"/cgi-bin/message/mass/send":    60,
	}
}

func (p *Platform) dailyLimit(path string) int {
	if n, set := p.opts.DailyQuotas[path]; set {
		return n
	}
	return dailyLimits()[path]
}

func (p *Platform) used(path string, now time.Time) *usage {
	u := p.usage[path]
	if u == nil {
		u = &usage{}
		p.usage[path] = u
	}
	if u.day != day(now) {
		u.day, u.inDay = day(now), 0
	}
	if minute := now.Format("2006-01-02T15:04"); u.minute != minute {
		u.minute, u.inMinute = minute, 0
	}
	return u
}

// spend counts a call, or refuses it over quota. Limits not above zero do not bind.
func (p *Platform) spend(path string, now time.Time) error {
	u := p.used(path, now)
	if limit := p.dailyLimit(path); limit > 0 && u.inDay >= limit {
		return refuse(45009, "reach max api daily quota limit")
	}
	if limit := minuteLimits()[path]; limit > 0 && u.inMinute >= limit {
		return refuse(45011, "api minute-quota reach limit, must slower, retry next minute")
	}
	u.inDay++
	u.inMinute++
	return nil
}

// SpendQuota uses up the day's quota of a path, as another program with the same
// account would.
func (p *Platform) SpendQuota(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.used(path, p.opts.Now()).inDay = max(p.dailyLimit(path), 1)
}

const clearsAMonth = 10

// clearQuota is POST /cgi-bin/clear_quota and /v2, ten times a month together.
func clearQuota(c *call) (any, error) {
	var in struct {
		AppID  string `json:"appid"`
		Secret string `json:"appsecret"`
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	bySecret := strings.HasSuffix(c.r.URL.Path, "/v2")
	switch {
	case in.AppID != c.p.opts.AppID:
		return nil, refuse(40013, "invalid appid")
	case bySecret && in.Secret != c.p.secret:
		return nil, refuse(40125, "invalid appsecret")
	}
	n := 0
	for _, at := range c.p.cleared {
		if month(at) == month(c.now) {
			n++
		}
	}
	if n >= clearsAMonth {
		return nil, refuse(48006, "forbid to clear quota because of reaching the limit")
	}
	c.p.cleared = append(c.p.cleared, c.now)
	clear(c.p.usage)
	return ok(), nil
}

func getQuota(c *call) (any, error) {
	var in struct {
		Path string `json:"cgi_path"`
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if _, known := c.p.routes[in.Path]; !known {
		return nil, refuse(76021, "cgi_path not found, please check")
	}
	limit, used := c.p.dailyLimit(in.Path), c.p.used(in.Path, c.now).inDay
	out := ok()
	out["quota"] = object{"daily_limit": limit, "used": used, "remain": max(limit-used, 0)}
	return out, nil
}

func getRid(c *call) (any, error) {
	var in struct {
		Rid string `json:"rid"`
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	text, found := c.p.rids[in.Rid]
	if !found {
		return nil, refuse(76022, "could not use this cgi_path or rid, no permission")
	}
	out := ok()
	out["request"] = object{"invoke_time": c.now.Unix(), "request_url": "", "response_body": text, "client_ip": c.callerIP()}
	return out, nil
}

func callbackIPs(*call) (any, error) {
	return object{"ip_list": []string{"203.0.113.10", "203.0.113.11", "127.0.0.1"}}, nil
}

func domainIPs(*call) (any, error) {
	return object{"ip_list": []string{"203.0.113.80", "203.0.113.81"}}, nil
}

// checkCallback is POST /cgi-bin/callback/check. It looks at nothing: every name resolves.
func checkCallback(c *call) (any, error) {
	var in struct {
		Action   string `json:"action"`
		Operator string `json:"check_operator"`
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	return object{
		"dns":  []object{{"ip": "203.0.113.10", "real_operator": "DEFAULT"}},
		"ping": []object{{"ip": "203.0.113.10", "from_operator": "DEFAULT", "package_loss": "0%", "time": "1.0ms"}},
	}, nil
}

// basicInfo tells the verified principal. The call is documented for other kinds of
// accounts; whether an Official Account is granted it is unconfirmed.
func basicInfo(c *call) (any, error) {
	if c.p.opts.Principal == "" {
		return nil, refuse(48001, "api unauthorized")
	}
	out := ok()
	out["appid"], out["nickname"], out["principal_name"] = c.p.opts.AppID, c.p.opts.Name, c.p.opts.Principal
	out["account_type"] = map[Kind]int{Subscription: 1, Service: 2}[c.p.opts.Kind]
	out["principal_type"], out["realname_status"] = 1, 1
	out["wx_verify_info"] = object{"qualification_verify": !c.p.opts.Unverified, "naming_verify": !c.p.opts.Unverified}
	return out, nil
}

var _ http.Handler = (*Platform)(nil)
