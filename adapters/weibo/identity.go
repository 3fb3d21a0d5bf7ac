package weibo

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"netpatrol/adapters"
)

// government is the verified_type of public bodies. Source: open.weibo.com/wiki/Responses.
const government = 1

// Identity asks whom the token belongs to, until when it holds, and how the account is
// verified. It is confirmed as a public body's when the platform has verified it as such; every
// other kind of verification is two officers' matter.
func (a *account) Identity(ctx context.Context) (adapters.Identity, error) {
	ends, err := a.tokenEnds(ctx)
	if err != nil {
		return adapters.Identity{}, err
	}
	k := call{op: "identity", url: a.options.api + "/2/users/show.json", values: url.Values{"uid": {a.options.uid}}}
	var u user
	if _, err := a.http.do(ctx, k, &u); err != nil {
		return adapters.Identity{}, err
	}
	if u.id() != a.options.uid {
		return adapters.Identity{}, nothing(k, "saying who the account is")
	}
	id := adapters.Identity{Person: u.person(), URL: profileURL(u.id()), Until: ends}
	kind := -1
	if u.VerifiedType != nil {
		kind = *u.VerifiedType
	}
	id.Confirmed = u.Verified && kind == government
	id.Evidence = fmt.Sprintf("微博认证：%t，类型 %d；认证信息：%s", u.Verified, kind, or(u.Reason, "（空）"))
	return id, nil
}

// tokenEnds asks until when the token holds; zero: the platform does not say. Pages disagree
// on the name of the field. Source: Oauth2/get_token_info.
func (a *account) tokenEnds(ctx context.Context) (time.Time, error) {
	k := call{op: "identity", url: a.options.api + "/oauth2/get_token_info", post: true}
	var info struct {
		UID     text   `json:"uid"`
		Expire  *int64 `json:"expire_in"`
		Expires *int64 `json:"expires_in"`
	}
	h, err := a.http.do(ctx, k, &info)
	if err != nil {
		return time.Time{}, err
	}
	switch {
	case info.UID == "":
		return time.Time{}, nothing(k, "saying whose token it is")
	case string(info.UID) != a.options.uid:
		return time.Time{}, &adapters.Error{Class: adapters.Rejected, Scope: adapters.ScopeAccount, Op: k.op, Phase: adapters.Answered,
			Err: errors.New("the token belongs to another account: compare option uid with the account that authorised the app")}
	}
	left := info.Expire
	if left == nil {
		left = info.Expires
	}
	now := dateOf(h)
	if left == nil || now.IsZero() {
		return time.Time{}, nil
	}
	return now.Add(time.Duration(*left) * time.Second), nil
}
