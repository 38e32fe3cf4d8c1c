/**
 * Public suffixes below domains that are no suffixes themselves, one for each such domain: the library that reads the
 * list only answers whether a name is a suffix, and a wildcard above a suffix passes strangers' names as well.
 * @see https://publicsuffix.org/list/
 */
export const INNER_SUFFIXES: readonly string[] = `
  001.test.code-builder-stg.platform.salesforce.com aa.crm.dev alp1.ae.flow.ch app.amba.host app.os.fedoraproject.org
  app.os.stg.fedoraproject.org app.render.com apps.fbsbx.com apps.grok.bot apps.lair.io at.emf.camp at.ply.gg
  atl.jelastic.vps-host.net aws-gov.databricksapps.us aws.databricksapps.com bo.nordland.no bo.telemark.no
  builder.code.com c.cdn77.org ca.reclaim.cloud caracal.mythic-beasts.com cdn.bubble.io cdn.cloudflareanycast.net
  cdn.cloudflarecn.net cdn.cloudflareglobal.net cdn.prod.atlassian-dev.net ch.trendhosting.cloud client.scrypted.io
  cloud.interhostsolutions.be cloud.metacentrum.cz cloud.nospamproxy.com clusters.rdpa.co cust.dev.thingdust.io
  cust.disrec.thingdust.io cust.prod.thingdust.io cust.retrosnub.co.uk cust.testing.thingdust.io
  customer.speedpartner.de de.object.ncloudstorage.com demo.datadetect.com demo.jelastic.com dev.project-study.com
  devices.resinstaging.io direct.quickconnect.cn direct.quickconnect.to dyn.addr.tools dyn.cosidns.de
  dyndns.dappnode.io ent.platform.sh es-1.axarnet.cloud eu-1.evennode.com eu.encoway.cloud ex.ortsinfo.at
  ezproxy.kuleuven.be fi.cloudplatform.fi flt.cloud.muni.cz forgot.her.name forgot.his.name fr-1.paas.massivegrid.net
  git-pages.rit.edu hb.cldmail.ru heroy.more-og-romsdal.no id.forgerock.io instances.spawn.cc
  io.noc.ruhr-uni-bochum.de ip.linodeusercontent.com ipfs.nftstorage.link ipfs.storacha.link ipfs.w3s.link
  it1.eur.aruba.jenv-aruba.cloud j.layershift.co.uk j.scaleforce.com.cy j.scaleforce.net jc.neen.it
  jcloud-ver-jpc.ik-server.com jed.wafaicloud.com jelastic.dogado.eu jelastic.saveincloud.net jls-sto1.elastx.net
  jp.jp4.object.ncpstorage.com jp.jp4.object.private.ncpstorage.com jp.jp5.object.ncpstorage.com
  jp.jp5.object.private.ncpstorage.com kr-naver-dev.website.ncloudstorage.com kr.object.fin-ncloudstorage.com
  kr.object.gov-ncloudstorage.com kr.object.private.fin-ncloudstorage.com kr.object.private.gov-ncloudstorage.com
  kr.object.private.ncloudstorage.com kr.objectstorage.ncloud.com lb.ru-msk.k2.cloud lb.ru-spb.k2.cloud
  lpg.objectstorage.ch mel.cloudlets.com.au members.linode.com my.canva.site my.canvasite.cn nes.akershus.no
  nes.buskerud.no objects.lpg.cloudscale.ch objects.rma.cloudscale.ch os.hedmark.no os.hordaland.no p.tawk.email
  p.tawkto.email paas.beebyte.io paas.hosted-by-previder.com paas.massivegrid.com pages-research.it.hs-heilbronn.de
  pages.wiardweb.com phx.enscaled.us preview.emergentagent.com private.repost.aws pro.typeform.com r.cdn77.net
  rag-cloud-ch.hosteur.com relay.evervault.app relay.evervault.dev rs.webaccel.jp rsc.contentproxy9.cz
  runs.onstackit.cloud s3.isk01.sakurastorage.jp s3.isk02.sakurastorage.jp s3.teckids.org sande.vestfold.no
  sande.xn--mre-og-romsdal-qqb.no sekd1.beebyteapp.io seprox.hooc.me services.clever-cloud.com shop.brendly.ba
  shop.brendly.hr shop.brendly.rs site.rb-hosting.io site.tb-hosting.com site.transip.me sn.mynetname.net soc.srcf.net
  ssl.origin.cdn77-secure.org stage.nodeart.io static.observableusercontent.com t3.storage.dev t3.storageapi.dev
  ui.nabu.casa up.railway.app user.aseinet.ne.jp user.localcert.dev user.party.eus valer.ostfold.no vip.jelastic.cloud
  vps.hrsn.net wien.funkfeuer.at xen.prgmr.com xn--vler-qoa.xn--stfold-9xa.no
`
  .trim()
  .split(/\s+/);
