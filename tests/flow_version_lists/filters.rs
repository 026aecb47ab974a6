//! Every filter alone, with several values, and together with others.

use super::gallery::Gallery;
use crate::harness::Project;

const NOBODY: &str = "8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";

#[tokio::test]
async fn each_filter_leaves_what_fits() {
    let gallery = Gallery::standing().await;
    let Gallery { orders, invoices, staging, production, spring, .. } = &gallery;
    let (staging, production) = (&staging.id, &production.id);
    let cases: &[(String, &[usize])] = &[
        (String::new(), &[0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (format!("filter[package_id]={spring}"), &[0, 6]),
        (format!("filter[package_id]={NOBODY}"), &[]),
        (format!("filter[virtual_environment_id]={staging}"), &[0, 1, 4, 6]),
        (format!("filter[virtual_environment_id]={production}"), &[2, 7]),
        ("filter[virtual_environment_id]=key=staging".to_owned(), &[0, 1, 4, 6]),
        ("filter[global]=true".to_owned(), &[3, 5, 8]),
        ("filter[global]=1".to_owned(), &[3, 5, 8]),
        ("filter[global]=false".to_owned(), &[0, 1, 2, 4, 6, 7]),
        ("filter[global]=0".to_owned(), &[0, 1, 2, 4, 6, 7]),
        (format!("filter[flowVersion.flow]={}", orders.id), &[0, 1, 2, 3]),
        (format!("filter[flowVersion.flow]={}", invoices.id), &[6, 7, 8]),
        ("filter[flowVersion.flow]=key=order-export".to_owned(), &[4, 5]),
        ("filter[name]=Orders".to_owned(), &[0, 1, 2, 3]),
        ("filter[name]=orders".to_owned(), &[0, 1, 2, 3]),
        ("filter[name]=ORDER".to_owned(), &[0, 1, 2, 3, 4, 5]),
        ("filter[name]=R%20e".to_owned(), &[4, 5]),
        ("filter[name]=%25".to_owned(), &[]),
        ("filter[name]=Order%20export".to_owned(), &[4, 5]),
        ("filter[LIKE]=order".to_owned(), &[0, 1, 2, 3, 4, 5]),
        ("filter[LIKE]=ORDERS".to_owned(), &[0, 1, 2, 3]),
        ("filter[LIKE]=R%20e".to_owned(), &[4, 5]),
        ("filter[LIKE]=%25".to_owned(), &[]),
        ("filter[LIKE]=order_".to_owned(), &[]),
    ];
    for (query, expected) in cases {
        gallery.shows(query, expected).await;
    }
}

#[tokio::test]
async fn of_several_values_any_will_do() {
    let gallery = Gallery::standing().await;
    let Gallery { orders, invoices, staging, production, spring, .. } = &gallery;
    let (staging, production) = (&staging.id, &production.id);
    let cases: &[(String, &[usize])] = &[
        (format!("filter[package_id]={NOBODY},{spring}"), &[0, 6]),
        (format!("filter[virtual_environment_id]={staging},{production}"), &[0, 1, 2, 4, 6, 7]),
        (format!("filter[virtual_environment_id]={production},key=staging"), &[0, 1, 2, 4, 6, 7]),
        (format!("filter[virtual_environment_id]={production},{production}"), &[2, 7]),
        ("filter[global]=true,false".to_owned(), &[0, 1, 2, 3, 4, 5, 6, 7, 8]),
        ("filter[global]=1,true".to_owned(), &[3, 5, 8]),
        (format!("filter[flowVersion.flow]={},{}", invoices.id, orders.id), &[0, 1, 2, 3, 6, 7, 8]),
        ("filter[name]=Orders,Invoices".to_owned(), &[0, 1, 2, 3, 6, 7, 8]),
        ("filter[LIKE]=export,voice".to_owned(), &[4, 5, 6, 7, 8]),
        ("filter[name][]=ORDERS&filter[name][]=invoices".to_owned(), &[0, 1, 2, 3, 6, 7, 8]),
        ("filter[name][0]=export&filter[name][1]=voice".to_owned(), &[4, 5, 6, 7, 8]),
        (
            format!(
                "filter[virtual_environment_id][]={production}&filter[virtual_environment_id][]={staging}"
            ),
            &[0, 1, 2, 4, 6, 7],
        ),
        (format!("filter%5Bpackage_id%5D%5B%5D={spring}"), &[0, 6]),
    ];
    for (query, expected) in cases {
        gallery.gives(query, expected).await;
    }
}

#[tokio::test]
async fn an_empty_filter_is_none() {
    let gallery = Gallery::standing().await;
    for filter in ["package_id", "virtual_environment_id", "global", "flowVersion.flow", "name", "LIKE"] {
        for query in
            [format!("filter[{filter}]="), format!("filter[{filter}][]="), format!("filter[{filter}]=,")]
        {
            gallery.gives(&query, &[0, 1, 2, 3, 4, 5, 6, 7, 8]).await;
        }
    }
    gallery.gives("filter[global]=&filter[name]=,orders,&filter[LIKE]=", &[0, 1, 2, 3]).await;
}

#[tokio::test]
async fn several_filters_all_have_to_fit() {
    let gallery = Gallery::standing().await;
    let Gallery { orders, invoices, staging, production, spring, .. } = &gallery;
    let (staging, production) = (&staging.id, &production.id);
    let [in_staging, in_production] =
        [staging, production].map(|id| format!("filter[virtual_environment_id]={id}"));
    let [of_orders, of_invoices] =
        [orders, invoices].map(|flow| format!("filter[flowVersion.flow]={}", flow.id));
    let of_spring = format!("filter[package_id]={spring}");
    let cases: &[(String, &[usize])] = &[
        (format!("{of_orders}&{in_staging}"), &[0, 1]),
        (format!("{of_invoices}&{in_production}"), &[7]),
        (format!("{of_orders}&filter[global]=true"), &[3]),
        (format!("{of_orders}&filter[global]=0"), &[0, 1, 2]),
        (format!("{in_staging}&filter[global]=true"), &[]),
        (format!("{in_staging}&filter[global]=false"), &[0, 1, 4, 6]),
        (format!("{of_spring}&{of_invoices}"), &[6]),
        (format!("{of_spring}&{in_production}"), &[]),
        (format!("{of_spring}&filter[global]=true"), &[]),
        (format!("{of_spring}&{in_staging}&{of_orders}"), &[0]),
        (format!("filter[name]=Orders,Invoices&{in_production}"), &[2, 7]),
        ("filter[name]=Orders&filter[LIKE]=voice".to_owned(), &[]),
        (format!("filter[LIKE]=order&filter[global]=1&{of_orders}"), &[3]),
        (
            format!(
                "filter[LIKE]=o&filter[name]=Orders&{of_orders}&{in_staging}&{of_spring}&filter[global]=0"
            ),
            &[0],
        ),
    ];
    for (query, expected) in cases {
        gallery.shows(query, expected).await;
    }
}

#[tokio::test]
async fn filters_hold_in_every_order() {
    let gallery = Gallery::standing().await;
    let Gallery { orders, staging, spring, .. } = &gallery;
    let in_staging = format!("filter[virtual_environment_id]={}", staging.id);
    let of_orders = format!("filter[flowVersion.flow]={}", orders.id);
    let cases: &[(String, &[usize])] = &[
        ("sort=-created_at".to_owned(), &[8, 7, 6, 5, 4, 3, 2, 1, 0]),
        (format!("{of_orders}&sort=-created_at"), &[3, 2, 1, 0]),
        (format!("{in_staging}&sort=-created_at"), &[6, 4, 1, 0]),
        (format!("{in_staging}&sort=created_at"), &[0, 1, 4, 6]),
        (format!("{of_orders}&{in_staging}&sort=-created_at"), &[1, 0]),
        (format!("filter[package_id]={spring}&sort=-created_at"), &[6, 0]),
        ("filter[global]=true&sort=-created_at".to_owned(), &[8, 5, 3]),
        ("filter[global]=false&sort=-created_at".to_owned(), &[7, 6, 4, 2, 1, 0]),
        ("filter[LIKE]=order&filter[global]=0&sort=-created_at".to_owned(), &[4, 2, 1, 0]),
        (format!("{of_orders}&filter[global]=0&sort=enabled_at&include=flowVersion"), &[0, 1, 2]),
    ];
    for (query, expected) in cases {
        gallery.shows(query, expected).await;
    }
}

#[tokio::test]
async fn what_is_deleted_is_in_no_list() {
    let project = Project::new().await;
    let gallery = Gallery::of(&project).await;
    let path = format!("/api/v1/flow-versions/{}.1/deployments/{}", gallery.orders.id, gallery.ids[0]);
    project.delete(&path).await.expect(200);
    project.gone(&path).await;
    let cases: &[(String, &[usize])] = &[
        (String::new(), &[1, 2, 3, 4, 5, 6, 7, 8]),
        (format!("filter[package_id]={}", gallery.spring), &[6]),
        (format!("filter[virtual_environment_id]={}", gallery.staging.id), &[1, 4, 6]),
        (format!("filter[flowVersion.flow]={}", gallery.orders.id), &[1, 2, 3]),
        ("filter[name]=Orders".to_owned(), &[1, 2, 3]),
        ("sort=flow_version_iteration&filter[LIKE]=orders".to_owned(), &[2, 1, 3]),
    ];
    for (query, expected) in cases {
        gallery.shows(query, expected).await;
    }
}
