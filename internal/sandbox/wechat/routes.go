package wechat

// apiRoutes is the whole API offered here.
func apiRoutes() map[string]route {
	rs := map[string]route{
		"/cgi-bin/token":                             get(getToken).withoutToken(),
		"/cgi-bin/stable_token":                      post(stableToken).withoutToken(),
		"/cgi-bin/clear_quota":                       post(clearQuota),
		"/cgi-bin/clear_quota/v2":                    post(clearQuota).withoutToken(),
		"/cgi-bin/openapi/quota/get":                 post(getQuota),
		"/cgi-bin/openapi/rid/get":                   post(getRid),
		"/cgi-bin/getcallbackip":                     get(callbackIPs),
		"/cgi-bin/get_api_domain_ip":                 get(domainIPs),
		"/cgi-bin/callback/check":                    post(checkCallback),
		"/cgi-bin/account/getaccountbasicinfo":       {run: basicInfo},
		"/cgi-bin/message/custom/send":               post(customSend),
		"/cgi-bin/message/custom/typing":             post(customTyping),
		"/customservice/msgrecord/getmsglist":        post(chatRecords),
		"/cgi-bin/customservice/getkflist":           get(agents),
		"/cgi-bin/message/template/send":             post(templateSend).onlyService(),
		"/cgi-bin/template/get_all_private_template": get(templates).onlyService(),
		"/cgi-bin/message/subscribe/bizsend":         post(subscribeSend),
		"/wxaapi/newtmpl/gettemplate":                get(subscriptionTemplates),
		"/cgi-bin/menu/create":                       post(menuCreate),
		"/cgi-bin/menu/get":                          get(menuGet),
		"/cgi-bin/menu/delete":                       get(menuDelete),
		"/cgi-bin/get_current_selfmenu_info":         get(selfMenuInfo),
		"/cgi-bin/get_current_autoreply_info":        get(getAutoReply),
		"/cgi-bin/qrcode/create":                     post(qrCreate),
	}
	for _, more := range []map[string]route{articleRoutes(), peopleRoutes(), statRoutes()} {
		for path, rt := range more {
			rs[path] = rt
		}
	}
	return rs
}

func articleRoutes() map[string]route {
	return map[string]route{
		"/cgi-bin/media/upload":               post(mediaUpload),
		"/cgi-bin/media/get":                  get(mediaGet),
		"/cgi-bin/media/uploadimg":            post(uploadInline),
		"/cgi-bin/material/add_material":      post(addMaterial),
		"/cgi-bin/material/get_material":      post(getMaterial),
		"/cgi-bin/material/del_material":      post(deleteMaterial),
		"/cgi-bin/material/get_materialcount": get(countMaterial),
		"/cgi-bin/material/batchget_material": post(batchMaterial),
		"/cgi-bin/draft/add":                  post(draftAdd),
		"/cgi-bin/draft/get":                  post(draftGet),
		"/cgi-bin/draft/update":               post(draftUpdate),
		"/cgi-bin/draft/delete":               post(draftDelete),
		"/cgi-bin/draft/count":                get(draftCount),
		"/cgi-bin/draft/batchget":             post(draftBatch),
		"/cgi-bin/freepublish/submit":         post(publishSubmit).onlyVerified(),
		"/cgi-bin/freepublish/get":            post(publishGet).onlyVerified(),
		"/cgi-bin/freepublish/delete":         post(publishDelete).onlyVerified(),
		"/cgi-bin/freepublish/getarticle":     post(publishArticle).onlyVerified(),
		"/cgi-bin/freepublish/batchget":       post(publishBatch).onlyVerified(),
		"/cgi-bin/message/mass/sendall":       post(massSendAll).onlyVerified(),
		"/cgi-bin/message/mass/send":          post(massSend).onlyService(),
		"/cgi-bin/message/mass/preview":       post(massPreview).onlyVerified(),
		"/cgi-bin/message/mass/get":           post(massGet).onlyVerified(),
		"/cgi-bin/message/mass/delete":        post(massDelete).onlyVerified(),
		"/cgi-bin/message/mass/speed/get":     post(massSpeed).onlyVerified(),
		"/cgi-bin/message/mass/speed/set":     post(setMassSpeed).onlyVerified(),
		"/cgi-bin/comment/list":               post(commentList).onlyVerified(),
		"/cgi-bin/comment/reply/add":          post(commentReply).onlyVerified(),
		"/cgi-bin/comment/reply/delete":       post(commentUnreply).onlyVerified(),
		"/cgi-bin/comment/delete":             post(commentDelete).onlyVerified(),
		"/cgi-bin/comment/markelect":          post(commentElect).onlyVerified(),
		"/cgi-bin/comment/unmarkelect":        post(commentUnelect).onlyVerified(),
		"/cgi-bin/comment/open":               post(commentOpen).onlyVerified(),
		"/cgi-bin/comment/close":              post(commentClose).onlyVerified(),
	}
}

func peopleRoutes() map[string]route {
	return map[string]route{
		"/cgi-bin/user/info":                     get(userInfo),
		"/cgi-bin/user/info/batchget":            post(userInfos),
		"/cgi-bin/user/info/updateremark":        post(userRemark),
		"/cgi-bin/user/get":                      get(userGet),
		"/cgi-bin/user/tag/get":                  post(usersOfTag),
		"/cgi-bin/tags/create":                   post(tagCreate),
		"/cgi-bin/tags/get":                      get(tagsGet),
		"/cgi-bin/tags/update":                   post(tagUpdate),
		"/cgi-bin/tags/delete":                   post(tagDelete),
		"/cgi-bin/tags/getidlist":                post(tagsOfUser),
		"/cgi-bin/tags/members/batchtagging":     post(tagMembers),
		"/cgi-bin/tags/members/batchuntagging":   post(untagMembers),
		"/cgi-bin/tags/members/getblacklist":     post(blacklist),
		"/cgi-bin/tags/members/batchblacklist":   post(block),
		"/cgi-bin/tags/members/batchunblacklist": post(unblock),
	}
}

func statRoutes() map[string]route {
	return map[string]route{
		"/datacube/getarticleread":        post(articleRead),
		"/datacube/getarticleshare":       post(articleShare),
		"/datacube/getarticletotaldetail": post(articleTotal),
		"/datacube/getbizsummary":         post(bizSummary),
		"/datacube/getarticlesummary":     post(discontinued),
		"/datacube/getarticletotal":       post(discontinued),
		"/datacube/getuserread":           post(discontinued),
		"/datacube/getuserreadhour":       post(discontinued),
	}
}
