package wechat

import (
	"context"
	"errors"
	"fmt"

	"netpatrol/adapters"
)

// basicInfo is what the platform says of an account. The interface is documented for
// accounts managed by a third party; whether every account may ask is not confirmed, so a
// refusal leaves the identity unconfirmed and is no error.
type basicInfo struct {
	AppID     string `json:"appid"`
	Nickname  string `json:"nickname"`
	Principal string `json:"principal_name"`
	Verified  struct {
		Qualification bool `json:"qualification_verify"`
	} `json:"wx_verify_info"`
}

// Identity asks who the account is verified for (认证主体). It is confirmed when the platform has
// verified that principal, and, if option principal is set, it is that very name.
func (a *account) Identity(ctx context.Context) (adapters.Identity, error) {
	k := call{op: "identity", path: "/cgi-bin/account/getaccountbasicinfo", body: struct{}{}}
	var b basicInfo
	err := a.http.do(ctx, k, &b)
	if unavailable(err) {
		id := a.self("")
		id.Evidence = "the platform does not tell this account its verified principal"
		return id, nil
	}
	if err != nil {
		return adapters.Identity{}, err
	}
	if b.AppID == "" && b.Principal == "" && b.Nickname == "" {
		return adapters.Identity{}, nothing(k, "saying who the account is")
	}
	if b.AppID != "" && b.AppID != a.options.appID {
		return adapters.Identity{}, &adapters.Error{Class: adapters.Rejected, Scope: adapters.ScopeAccount, Op: "identity", Phase: adapters.Answered, Err: errors.New("the platform answers for another appid: compare option appid with the secret appsecret")}
	}
	id := a.self(b.Nickname)
	id.Principal, id.Expected = b.Principal, a.options.principal
	id.Confirmed = b.Verified.Qualification && b.Principal != "" && (a.options.principal == "" || a.options.principal == b.Principal)
	id.Evidence = fmt.Sprintf("认证主体：%s；资质认证：%t", or(b.Principal, "（空）"), b.Verified.Qualification)
	if a.options.principal != "" && a.options.principal != b.Principal {
		id.Evidence += "；与配置的主体不符：" + a.options.principal
	}
	return id, nil
}

func (a *account) self(name string) adapters.Identity {
	return adapters.Identity{Person: adapters.Person{ID: or(a.options.username, a.options.appID), Name: name}}
}

// unavailable says that the platform knows us, but does not offer the interface.
func unavailable(err error) bool {
	var e *adapters.Error
	return errors.As(err, &e) && (e.Class == adapters.Unsupported || e.Code == "HTTP 404")
}
